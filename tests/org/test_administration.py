"""People, units, settings, rights, the trail: the administrator's own acts, and that nobody else may."""

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.org import settings
from crm.org.models import SignedIn, Unit, User
from crm.org.permissions import GRANTS, Permission, Role, Scope
from tests.cast import PASSWORD

NEW = {
    "name": "孙专员",
    "login": "sun",
    "role": "promoter",
    "post": "专员",
    "password": "a quiet harbour town",
}
PAGES = [
    "/admin/users",
    "/admin/users/new",
    "/admin/units/new",
    "/admin/units/map",
    "/admin/settings",
    "/admin/rights",
    "/admin/events",
]


@pytest.mark.parametrize("url", PAGES)
@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_the_administrator_opens_every_page(as_user, cast, url, locale):
    cast.admin.locale = locale
    as_user(cast.admin).see(url)


@pytest.mark.parametrize("url", PAGES)
@pytest.mark.parametrize("who", ["wang", "chen", "zhou"])
def test_others_are_refused(as_user, cast, url, who):
    as_user(getattr(cast, who)).see(url, status=403)


@pytest.mark.parametrize("url", ["/admin/rights", "/admin/events"])
def test_the_auditor_reads_rights_and_trail(as_user, cast, url):
    as_user(cast.zheng).see(url)


def test_a_new_person_is_recorded_and_can_sign_in(as_user, app, cast, session):
    client = as_user(cast.admin)
    assert client.submit("/admin/users/new", unit_id=str(cast.wang.unit_id), **NEW).went_to == "/admin/users"
    user = session.scalar(sa.select(User).filter_by(login="sun"))
    assert user.role is Role.PROMOTER
    event = session.scalar(sa.select(Event).filter_by(verb="user.created", record_id=user.id))
    assert event.actor_name == "钱科长"
    assert "password_hash" not in event.changes
    there = app.test_client().submit("/sign-in", login="sun", password=NEW["password"])
    assert there.went_to == "/"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("login", "wang", "已经有人用了"),
        ("login", "WANG", "已经有人用了"),
        ("login", "孙", "用户名用"),
        ("name", "", "请填写"),
        ("name", "名" * 10_000, "最多 200 个字"),
        ("password", "short", "至少"),
        ("unit_id", "999", "没有这个选项"),
        ("role", "emperor", "没有这个选项"),
    ],
)
def test_a_wrong_entry_is_refused_keeps_the_rest_and_changes_nothing(
    as_user, cast, session, field, value, sentence
):
    fields = {**NEW, "unit_id": str(cast.wang.unit_id), field: value}
    answer = as_user(cast.admin).submit("/admin/users/new", **fields)
    assert answer.status_code == 422
    assert sentence in answer.said
    kept = answer.page.one("input", name="post")
    assert kept.get("value") == "专员"
    assert session.scalar(sa.select(sa.func.count()).select_from(User)) == 6


def test_the_same_form_sent_twice_makes_one_person(as_user, cast, session):
    client = as_user(cast.admin)
    page = client.see("/admin/users/new")
    from tests.support.client import find_form, values_of

    data = values_of(find_form(page, "/admin/users/new", None)) | NEW | {"unit_id": str(cast.wang.unit_id)}
    first = client.post("/admin/users/new", data=data)
    second = client.post("/admin/users/new", data=data)
    assert first.went_to == second.went_to == "/admin/users"
    assert session.scalar(sa.select(sa.func.count()).where(User.login == "sun")) == 1


def test_closing_an_account_ends_its_sessions(as_user, cast, session):
    wang = as_user(cast.wang)
    as_user(cast.admin).submit(f"/admin/users/{cast.wang.id}", active=None)
    assert wang.get("/password").status_code == 303
    assert not session.scalars(sa.select(SignedIn).filter_by(user_id=cast.wang.id)).all()


def test_the_last_administrator_stays_one(as_user, cast, session):
    answer = as_user(cast.admin).submit(f"/admin/users/{cast.admin.id}", role="promoter")
    assert answer.status_code == 422
    assert "最后一个管理员" in answer.said
    assert session.get_one(User, cast.admin.id).role is Role.ADMINISTRATOR


def test_a_stale_edit_shows_both_values_and_keeps_what_was_typed(as_user, cast, session):
    client = as_user(cast.admin)
    url = f"/admin/users/{cast.wang.id}"
    page = client.see(url)
    from tests.support.client import find_form, values_of

    mine = values_of(find_form(page, url, url)) | {"post": "我填的职务"}
    cast.wang.post = "别人填的职务"
    session.commit()
    answer = client.post(url, data=mine)
    assert answer.status_code == 409
    assert "别人填的职务" in answer.said
    assert answer.page.one("input", name="post").get("value") == "我填的职务"
    assert session.get_one(User, cast.wang.id).post == "别人填的职务"


def test_an_administrator_sets_a_new_password(as_user, app, cast):
    client = as_user(cast.admin)
    url = f"/admin/users/{cast.wang.id}"
    answer = client.submit(url, _to=f"{url}/password", password="a brand new harbour")
    assert answer.went_to == "/admin/users"
    assert app.test_client().submit("/sign-in", login="wang", password=PASSWORD).status_code == 422
    assert app.test_client().submit("/sign-in", login="wang", password="a brand new harbour").went_to == "/"


def test_units_are_made_and_closed_only_when_empty(as_user, cast, session):
    client = as_user(cast.admin)
    assert client.submit("/admin/units/new", name="区文旅局", code="WL", kind="department").went_to
    unit = session.scalar(sa.select(Unit).filter_by(code="WL"))
    assert client.submit("/admin/units/new", name="区文旅局", code="X", kind="department").status_code == 422
    assert client.submit(f"/admin/units/{unit.id}", active=None).went_to == "/admin/users"
    answer = client.submit(f"/admin/units/{cast.wang.unit_id}", active=None)
    assert answer.status_code == 422
    assert "在用账号" in answer.said


def test_settings_take_effect_and_are_recorded(as_user, cast, session):
    as_user(cast.admin).submit("/admin/settings", **{"contact.idle_days": "45"})
    assert settings.get("contact.idle_days") == 45
    event = session.scalar(sa.select(Event).filter_by(verb="setting.changed"))
    assert event.changes == {"contact.idle_days": [30, 45]}


@pytest.mark.parametrize("value", ["0", "-1", "366", "x", "", "1e3", "３０", "9" * 400, "9" * 5000])
def test_a_setting_out_of_bounds_changes_nothing(as_user, cast, value):
    answer = as_user(cast.admin).submit(
        "/admin/settings", **{"contact.idle_days": value, "district.name": "新区"}
    )
    assert answer.status_code in (422, 303)
    if answer.status_code == 303:  # full-width digits are digits
        assert value == "３０"
    else:
        assert settings.get("contact.idle_days") == 30
        assert settings.get("district.name") == "衢州市柯城区"
        assert answer.page.one("input", name="contact.idle_days").get("value") == value


@pytest.mark.parametrize("asked", ["verb", "actor", "noun", "record_id", "page"])
@pytest.mark.parametrize("text", ["a%00b", "%00", "9" * 30, "%ED%A0%80", "%25"])
def test_the_trail_can_be_asked_anything(as_user, cast, asked, text):
    as_user(cast.admin).see(f"/admin/events?{asked}={text}")


def test_every_role_and_right_stands_in_the_one_table():
    assert set(GRANTS) == set(Role)
    granted = {permission for rights in GRANTS.values() for permission in rights}
    assert granted == set(Permission)


def test_readers_write_nothing():
    # Taking the trail out is what an auditor is for: it changes nothing but the trail's own next line.
    reads = {Permission.AUDIT_EXPORT}
    writes = {p for p in Permission if p.value.split(".")[-1] not in ("home", "view")} - reads
    assert not writes & set(GRANTS[Role.AUDITOR])


def test_a_promoters_rights_end_at_the_units_border():
    told_to_all = {
        Permission.BULLETIN_VIEW,
        Permission.REPORT_VIEW,
        Permission.LAND_VIEW,
    }  # 通报 and free land are for all
    for role in (Role.PROMOTER, Role.MANAGER):
        beyond = {right for right, scope in GRANTS[role].items() if scope is Scope.DISTRICT}
        assert beyond == told_to_all, role
