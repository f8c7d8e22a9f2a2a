"""Many at once: nothing is lost, nothing is done twice, nobody is told "locked"."""

import threading

import pytest
import sqlalchemy as sa
from sqlalchemy.orm.exc import StaleDataError

from crm.db import db
from crm.org.models import Setting, Unit
from crm.web.once import AlreadyDone, Sent, look, spend


def in_threads(app, count, work):
    errors = []

    def run(number):
        with app.app_context():
            try:
                work(number)
            except Exception as error:
                errors.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def test_fifty_writers_lose_no_update(app):
    db.session.add(Setting(key="counter", value=0))
    db.session.commit()
    db.session.remove()

    def add_one(_number):
        row = db.session.scalar(sa.select(Setting).filter_by(key="counter").with_for_update())
        row.value = row.value + 1
        db.session.commit()

    assert in_threads(app, 50, add_one) == []
    assert db.session.scalar(sa.select(Setting.value).filter_by(key="counter")) == 50


def test_of_two_who_save_the_same_version_one_is_told(app, cast):
    unit_id = cast.wang.unit_id
    db.session.commit()
    read = threading.Barrier(2)
    done = []

    def rename(number):
        if db.engine.dialect.name == "sqlite":  # a writer begins by taking the lock: they queue by themselves
            unit = db.session.get(Unit, unit_id)
            db.session.rollback()
            read.wait(120)
        else:
            unit = db.session.get(Unit, unit_id)
            read.wait(120)
        version = unit.version
        changed = db.session.execute(
            sa.update(Unit)
            .where(Unit.id == unit_id, Unit.version == 1)
            .values(version=2, name=f"单位{number}")
        ).rowcount
        db.session.commit()
        done.append((changed, version))

    in_threads(app, 2, rename)
    assert sorted(changed for changed, _version in done) == [0, 1]


def test_a_save_of_an_old_version_is_refused_by_the_table_itself(app, cast):
    unit = db.session.get(Unit, cast.wang.unit_id)
    db.session.execute(sa.text("UPDATE unit SET version = 9 WHERE id = :id"), {"id": unit.id})
    unit.name = "改名"
    with pytest.raises(StaleDataError):
        db.session.flush()
    db.session.rollback()


def test_a_spent_key_leads_where_the_first_one_went(app):
    spend("key-1", "/deals/12")
    db.session.commit()
    with pytest.raises(AlreadyDone) as done:
        look("key-1")
    assert done.value.location == "/deals/12"
    look("key-2")
    look("")


def test_the_same_key_is_never_written_twice(app):
    def send(_number):
        spend("the same", "/there")
        db.session.commit()

    errors = in_threads(app, 8, send)
    assert len(errors) == 7
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Sent)) == 1
