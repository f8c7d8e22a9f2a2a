"""An empty house: its first administrator is made by whoever can read the server's own folder."""

import sqlalchemy as sa

from crm.org.demo import setup_token
from crm.org.models import User
from crm.org.permissions import Role

FIRST = {"unit_name": "区招商局", "name": "赵主任", "login": "zhao", "password": "seven quiet lanterns"}


def token(app):
    return setup_token(app.config["CRM_DATA"])


def test_an_empty_house_leads_to_its_first_page(client):
    assert client.get("/sign-in").went_to == "/setup"
    client.see("/setup")


def test_the_first_administrator_is_made_once(app, client, session):
    assert client.submit("/setup", token=token(app), **FIRST).went_to == "/"
    assert session.scalar(sa.select(User)).role is Role.ADMINISTRATOR
    assert app.test_client().get("/setup").went_to == "/sign-in"


def test_without_the_word_nobody_gets_in(client, session):
    for wrong in ("", "guess", "词"):
        assert client.submit("/setup", token=wrong, **FIRST).status_code == 422
    assert session.scalar(sa.select(User)) is None


def test_a_weak_first_password_is_refused(app, client, session):
    answer = client.submit("/setup", token=token(app), **{**FIRST, "password": "zhaozhaozhao"})
    assert answer.status_code == 422
    assert session.scalar(sa.select(User)) is None


def test_the_command_makes_one_too(app, session):
    arguments = [
        "--login",
        "zhao",
        "--name",
        "赵主任",
        "--unit",
        "区招商局",
        "--password",
        "seven quiet lanterns",
    ]
    result = app.test_cli_runner().invoke(args=["create-administrator", *arguments])
    assert result.exit_code == 0, result.output
    again = app.test_cli_runner().invoke(args=["create-administrator", *arguments])
    assert again.exit_code == 1
    assert "已经有账号了" in again.output
