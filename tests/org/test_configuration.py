"""Weak defaults are refused before anything starts."""

import stat

import pytest

from crm import config

STRONG = "k3Jv" * 12


def test_without_a_secret_one_is_made_kept_and_hidden(tmp_path):
    first = config.from_environment({"CRM_DATA": str(tmp_path)})["SECRET_KEY"]
    second = config.from_environment({"CRM_DATA": str(tmp_path)})["SECRET_KEY"]
    assert first == second
    assert len(first) >= config.SHORTEST_SECRET
    kept = tmp_path / "keys" / "secret_key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("weak", ["short", "changeme" * 10, "Secret" * 10, "dev" * 20, "password" * 8])
def test_a_weak_secret_ends_the_start_with_a_sentence(tmp_path, weak):
    with pytest.raises(SystemExit, match="SECRET_KEY is weak"):
        config.from_environment({"CRM_DATA": str(tmp_path), "SECRET_KEY": weak})


def test_a_strong_secret_is_taken(tmp_path):
    made = config.from_environment({"CRM_DATA": str(tmp_path), "SECRET_KEY": STRONG})
    assert made["SECRET_KEY"] == STRONG


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_either_spelling_of_postgresql_is_understood(tmp_path, scheme):
    environment = {"CRM_DATA": str(tmp_path), "DATABASE_URL": f"{scheme}://u:p@h/d"}
    url = config.from_environment(environment)["SQLALCHEMY_DATABASE_URI"]
    assert url == "postgresql+psycopg://u:p@h/d"


def test_a_wrong_number_of_proxies_is_said(tmp_path):
    with pytest.raises(SystemExit, match="CRM_PROXY_HOPS"):
        config.from_environment({"CRM_DATA": str(tmp_path), "CRM_PROXY_HOPS": "many"})
