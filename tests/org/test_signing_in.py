"""In and out: a session is a row, and a copied cookie is worth nothing once the row is gone."""

import datetime as dt

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.db import db
from crm.lib import clock
from crm.org import settings
from crm.org.models import FailedSignIn, SignedIn
from tests.cast import PASSWORD


def sign_in(client, login="wang", password=PASSWORD, **fields):
    return client.submit("/sign-in", login=login, password=password, **fields)


def test_the_right_words_open_the_door(client, cast, session):
    assert sign_in(client).went_to == "/"
    assert session.scalar(sa.select(sa.func.count()).select_from(SignedIn)) == 1
    assert session.scalar(sa.select(Event).filter_by(verb="user.signed_in")).actor_name == "王专员"


@pytest.mark.parametrize(
    ("login", "password"),
    [("wang", "wrong"), ("nobody", PASSWORD), ("wang", ""), ("", ""), ("w\x00ang", "x")],
)
def test_wrong_words_are_refused_and_the_name_is_kept(client, cast, session, login, password):
    answer = sign_in(client, login, password)
    assert answer.status_code == 422
    assert not session.scalars(sa.select(SignedIn)).all()


def test_a_wrong_name_and_a_wrong_password_read_the_same(client, cast):
    assert "用户名或密码不对" in sign_in(client, "wang", "wrong").said
    assert "用户名或密码不对" in sign_in(client, "nobody", "wrong").said


def test_a_closed_account_cannot_sign_in(client, cast, session):
    cast.wang.active = False
    assert sign_in(client).status_code == 422


def test_an_account_without_a_password_cannot_sign_in(client, cast):
    cast.wang.password_hash = ""
    assert sign_in(client, password="").status_code == 422
    assert sign_in(client, password="x").status_code == 422


def test_five_failures_make_the_sixth_wait_even_with_the_right_password(client, cast, session):
    for _ in range(5):
        sign_in(client, password="wrong")
    answer = sign_in(client)
    assert answer.status_code == 422
    assert "秒后再试" in answer.said
    assert session.scalar(sa.select(sa.func.count()).select_from(FailedSignIn)) == 5


def test_the_neighbour_at_the_same_address_still_gets_in(client, cast):
    for _ in range(6):
        sign_in(client, password="wrong")
    assert sign_in(client, "li").went_to == "/"


def test_a_cookie_copied_before_signing_out_is_dead(app, client, cast):
    sign_in(client)
    thief = app.test_client()
    with client.session_transaction() as mine, thief.session_transaction() as theirs:
        theirs.update(dict(mine))
    assert thief.get("/password").status_code == 200
    assert client.press("/password", "/sign-out").went_to == "/sign-in"
    assert thief.get("/password").status_code == 303


def test_the_session_is_new_at_sign_in(client, cast):
    client.see("/sign-in")
    with client.session_transaction() as before:
        token = before.get("csrf_token")
        before["planted"] = "by somebody else"
    sign_in(client)
    with client.session_transaction() as after:
        assert "planted" not in after
        assert after.get("csrf_token") != token


def test_idling_signs_out(client, cast):
    sign_in(client)
    assert client.get("/password").status_code == 200
    minutes = settings.get("session.idle_minutes")
    with clock.freeze(clock.now() + dt.timedelta(minutes=minutes + 1)):
        assert client.get("/password").status_code == 303


def test_working_keeps_the_session_alive(client, cast):
    sign_in(client)
    minutes = settings.get("session.idle_minutes")
    for step in (1, 2, 3):
        with clock.freeze(clock.now() + dt.timedelta(minutes=step * (minutes - 5))):
            assert client.get("/password").status_code == 200


def test_a_form_sent_after_minutes_of_writing_is_taken_at_once(client, cast, session):
    """The touch of the session must not wait for the write lock that its own request holds."""
    sign_in(client)
    token, later = client.token(), clock.now() + dt.timedelta(minutes=10)
    with clock.freeze(later):
        answer = client.post("/language", data={"csrf_token": token, "lang": "en", "next": "/"})
    assert answer.went_to == "/"
    assert session.scalar(sa.select(SignedIn)).seen_at == later


def test_a_new_password_signs_the_other_places_out(client, app, cast, as_user):
    elsewhere = as_user(cast.wang)
    sign_in(client)
    new = "an entirely new sentence"
    answer = client.submit("/password", old=PASSWORD, password=new, again=new)
    assert answer.went_to == "/"
    assert client.get("/password").status_code == 200
    assert elsewhere.get("/password").status_code == 303
    assert sign_in(app.test_client(), password=new).went_to == "/"


@pytest.mark.parametrize(
    ("old", "new", "again", "sentence"),
    [
        ("wrong", "an entirely new sentence", "an entirely new sentence", "原密码不对"),
        (PASSWORD, "short", "short", "至少"),
        (PASSWORD, "aaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaa", "太容易猜到"),
        (PASSWORD, "wang-and-a-tail", "wang-and-a-tail", "太容易猜到"),
        (PASSWORD, "an entirely new sentence", "another sentence", "不一样"),
    ],
)
def test_a_bad_new_password_is_refused_with_a_sentence(as_user, cast, old, new, again, sentence):
    answer = as_user(cast.wang).submit("/password", old=old, password=new, again=again)
    assert answer.status_code == 422
    assert sentence in answer.said


@pytest.mark.parametrize(
    ("target", "lands"),
    [
        ("/deals?stage=signed", "/deals?stage=signed"),
        ("//elsewhere.example", "/"),
        ("https://elsewhere.example/", "/"),
        ("/\\elsewhere.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\nb", "/"),
        ("/" + "长" * 9000, "/"),
        ("", "/"),
    ],
)
def test_next_stays_in_the_house(client, cast, target, lands):
    assert sign_in(client, next=target).went_to == lands


def test_a_closed_door_remembers_where_one_wanted_to_go(client, cast):
    assert client.get("/admin/users?page=2").went_to == "/sign-in?next=/admin/users?page%3D2"


def test_language_is_chosen_before_and_kept_after_signing_in(client, cast, session):
    assert client.submit("/sign-in", _to="/language", _button=("lang", "en")).went_to.startswith("/sign-in")
    assert "Sign in" in client.see("/sign-in").text
    client.submit("/sign-in", _to="/language", _button=("lang", "zh"))
    assert "登录" in client.see("/sign-in").text
    sign_in(client)
    client.submit("/password", _to="/language", _button=("lang", "en"))
    session.refresh(cast.wang)
    assert cast.wang.locale == "en"


def test_the_language_chosen_on_the_sign_in_page_is_the_one_found_behind_it(client, cast, session):
    client.submit("/sign-in", _to="/language", _button=("lang", "en"))
    sign_in(client)
    session.refresh(cast.wang)
    assert cast.wang.locale == "en"


def test_a_form_without_its_token_is_refused(client, cast):
    answer = client.post("/sign-in", data={"login": "wang", "password": PASSWORD})
    assert answer.status_code == 400
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SignedIn)) == 0
