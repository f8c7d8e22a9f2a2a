"""Duplicates while typing, in a base of a million firms and as many people: how quick, and how often right.

    python -m tests.bench.typing --records 1000000 --list companies.csv.gz --people people.csv.gz

1. A base is filled straight into the tables (a list with `cluster_id` = the entity, or invented firms), each contact
   a person with a position, as an import makes them; people are made up to the number of firms.
2. `flask dedup reindex` makes the look-up from nothing: seconds, megabytes.
3. Questions as people type them, of ten kinds: milliseconds of the server, and how often the first of five
   (and any of five) is right. Beside them, in the same run: one indexed look for an exact name, and a page without
   records.

Into a SQLite file of its own (`--data` keeps and reuses the folder), or the empty database DATABASE_URL names. Wall
times need a quiet machine; the processor's own milliseconds stand beside them.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import gzip
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.bench import table
from tests.bench.leaving import peak_kib
from tests.bench.pages import ROOT, made_up

AT = "2013-07-01 02:00:00.000000"
TRACKED = {
    "origin": "other", "native_place": "", "region_code": "", "region_prefix": "", "address": "", "chamber": "",
    "chamber_title": "", "standing": "in_base", "intent": "unknown", "intent_note": "", "note": "", "source": "",
    "legal_ground": "duty", "next_step": "", "first_reported_at": AT, "created_at": AT, "version": 1,
}  # fmt: skip
FIRM = TRACKED | {
    "kind": "enterprise", "uscc": "", "industry_code": "", "legal_representative": "", "main_business": "", "website": "",
}  # fmt: skip
HANDLE = {"enterprise_id": None, "person_id": None, "extension": "", "note": ""}
TABLES = ("enterprise", "person", "handle", "position")
Row = dict[str, Any]


# --- a base ------------------------------------------------------------------------------------------------


def read(path: Path, most: int) -> Iterator[Row]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        yield from islice(csv.DictReader(file), most)


def invented(folder: Path, count: int) -> Iterator[Row]:
    """Firms that nobody registered; doubles have one phone."""
    entities: dict[str, int] = {}
    for row in read(made_up(folder / "firms.csv", count), count):
        phone = row["联系电话"]
        yield {
            "cluster_id": entities.setdefault(phone, len(entities)), "name": row["企业名称"], "phone": phone,
            "region": row["地区"], "legal_rep": row["法定代表人"], "contact": row["法定代表人"],
        }  # fmt: skip


class Filler:
    """Rows straight into the tables of the connected database, some thousands at a time."""

    def __init__(self, connection: Any) -> None:
        self.raw = connection.connection.driver_connection
        self.on_sqlite = connection.dialect.name == "sqlite"
        self.waiting: dict[str, list[Row]] = defaultdict(list)

    def add(self, table: str, row: Row) -> None:
        rows = self.waiting[table]
        rows.append(row)
        if len(rows) >= 20_000:
            for each in TABLES[: TABLES.index(table) + 1]:  # those it names come first
                self.flush(each)

    def flush(self, table: str) -> None:
        rows = self.waiting.pop(table, [])
        if not rows:
            return
        columns = list(rows[0])
        if self.on_sqlite:
            marks = ", ".join("?" * len(columns))
            self.raw.executemany(
                f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})",
                [tuple(r.values()) for r in rows],
            )
        else:
            with self.raw.cursor().copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(tuple(row.values()))

    def end(self) -> None:
        for name in TABLES:
            self.flush(name)
            if not self.on_sqlite:
                self.raw.execute(f"SELECT setval('{name}_id_seq', (SELECT coalesce(max(id), 1) FROM {name}))")


def fill(firms: Iterable[Row], people: Iterable[Row]) -> tuple[int, int]:
    """(firms, people) put in. A firm's `source` keeps which entity it is: the look-up never reads that column."""
    from crm.db import db
    from crm.dedup import normalise, places
    from crm.lib.phones import PhoneKind, parse_phones
    from crm.merchants.models import Enterprise, Handle, Person, Position
    from crm.org.models import Unit, User
    from crm.reference import regions

    db.session.commit()
    ids = {
        model.__tablename__: (db.session.scalar(sa.select(sa.func.max(model.id))) or 0)
        for model in (Enterprise, Person, Handle, Position)
    }
    units = db.session.execute(sa.select(Unit.id, sa.func.min(User.id)).join(User).group_by(Unit.id)).all()
    filler = Filler(db.session.connection())

    def new(table: str) -> int:
        ids[table] += 1
        return ids[table]

    def owned(at: int) -> Row:
        unit, user = units[at % len(units)]
        return {
            "follow_unit_id": unit,
            "first_report_unit_id": unit,
            "follow_user_id": user,
            "first_report_user_id": user,
        }

    def ways(text: str) -> list[tuple[str, str, str]]:
        kinds = {PhoneKind.MOBILE: "mobile", PhoneKind.LANDLINE: "landline"}
        return [
            (kinds.get(one.kind, "other"), one.national[:200], one.digits[:32]) for one in parse_phones(text)
        ]

    def reach(owner: str, owner_id: int, found: Iterable[tuple[str, str, str]]) -> None:
        for kind, value, digits in found:
            filler.add(
                "handle",
                {
                    "id": new("handle"),
                    **HANDLE,
                    owner: owner_id,
                    "kind": kind,
                    "value": value,
                    "digits": digits,
                },
            )

    def person(name: str, at: int, **more: Any) -> int:
        number = new("person")
        filler.add("person", {"id": number, **TRACKED, **owned(at), "name": name[:200], **more})
        return number

    made, made_people = 0, 0
    for at, row in enumerate(firms):
        firm = new("enterprise")
        place = places.read(normalise.clean(row.get("region") or "", 60))[0]
        code = place if regions.name(place) else place[:4] if regions.name(place[:4]) else ""
        filler.add("enterprise", {
            "id": firm, **FIRM, **owned(at), "name": row["name"][:200], "region_code": code, "region_prefix": code[:4],
            "uscc": (row.get("uscc") or "")[:32], "legal_representative": row.get("legal_rep") or "",
            "address": row.get("address") or "", "chamber": row.get("chamber") or "",
            "source": f"entity {row['cluster_id']}",
        })  # fmt: skip
        made += 1
        found = ways(row.get("phone") or "")
        if contact := (row.get("contact") or "").strip():
            who = person(contact, at, source=f"entity {row['cluster_id']}")
            made_people += 1
            filler.add(
                "position",
                {
                    "id": new("position"),
                    "person_id": who,
                    "enterprise_id": firm,
                    "title": "",
                    "is_main": True,
                },
            )
            reach("person_id", who, [way for way in found if way[0] == "mobile"])
            found = [way for way in found if way[0] != "mobile"]
        reach("enterprise_id", firm, found)
    for at, row in enumerate(islice(people, max(0, made - made_people))):
        who = person(row["name"], at, source=f"person {row['cluster_id']}", native_place=row.get("native_place") or "",
                     chamber=row.get("chamber") or "")  # fmt: skip
        made_people += 1
        reach("person_id", who, ways(row.get("phone") or ""))
    filler.end()
    db.session.commit()
    return made, made_people


# --- questions ---------------------------------------------------------------------------------------------


@dataclass
class Question:
    kind: str
    noun: str
    fields: dict[str, str]  # as the form sends them
    entity: str
    says: str = ""  # what the right answer may also have: several firms fit half a name, or answer one phone
    leave_out: int | None = None


def questions(count: int, seed: int) -> list[Question]:
    """As typed, from records of the base. The whole form is asked for firms that stand in it twice, with the record
    itself left out; what is shorter must lead to the record (or another of its entity)."""
    from crm.db import db
    from crm.dedup import normalise, sounds
    from crm.dedup.profile import profile_of
    from crm.merchants import identity
    from crm.merchants.models import Enterprise, Person

    dice = random.Random(seed)
    most = {model: db.session.scalar(sa.select(sa.func.max(model.id))) or 1 for model in (Enterprise, Person)}

    def some(model: Any, number: int) -> list[tuple[Any, str]]:
        """(record, entity) of random ones."""
        ids = [dice.randrange(1, most[model] + 1) for _one in range(number)]
        entity = dict(db.session.execute(sa.select(model.id, model.source).where(model.id.in_(ids))).all())
        known = identity.load(model.__tablename__, ids)
        return [(known[one].record, entity[one]) for one in ids if one in known and " " in entity[one]]

    def twice(model: Any, number: int) -> list[tuple[Any, str]]:
        """As many as there are, at most so many: a list that was invented has nobody's people twice."""
        found: list[tuple[Any, str]] = []
        for _look in range(20):
            if len(found) >= number:
                break
            for record, entity in some(model, 400):
                same = sa.select(model.name).where(model.source == entity, model.id != record.id)
                names = list(db.session.scalars(same))
                if (
                    names
                    if model is Enterprise
                    else normalise.person(record.name) in map(normalise.person, names)
                ):
                    found.append((record, entity))
        return found[:number]

    each = max(1, count // 10)
    pool = some(Enterprise, 12 * each)
    readings: dict[str, set[str]] = defaultdict(set)
    for record, _entity in pool:
        for character in record.name:
            readings[sounds.syllable(character)].add(character)

    def slip(name: str, core: str) -> str:
        """One character of the name's own part written as another that sounds the same."""
        for character in core[:3]:
            if others := sorted(readings[sounds.syllable(character)] - {character}):
                return name.replace(character, dice.choice(others), 1)
        return ""

    asked: list[Question] = []

    def ask(kind: str, noun: str, fields: dict[str, str], entity: str, **more: Any) -> None:
        if any(fields.values()):
            asked.append(Question(kind, noun, fields, entity, **more))

    for record, entity in twice(Enterprise, each):
        code = db.session.scalar(sa.select(Enterprise.region_code).filter_by(id=record.id)) or ""
        fields = {"name": record.name, "uscc": record.uscc, "region_code": code, "address": record.address,
                  "legal_representative": record.legal_rep, "contact_name": "、".join(record.contacts),
                  "contact_phones": "、".join(record.phones), "chamber": record.chamber}  # fmt: skip
        ask("the whole form, itself left out", "enterprise", fields, entity, leave_out=record.id)
    for record, entity in pool[: 2 * each]:
        core = profile_of(record).core
        if len(core) >= 2:
            ask("two characters", "enterprise", {"name": core[:2]}, entity, says=core[:2])
    for record, entity in pool[2 * each : 4 * each]:
        own = record.name.find(profile_of(record).core[:2])
        if (
            own >= 0
        ):  # not before two characters of its own stand there: until then it may be any firm of its town
            half = record.name[: max(own + 2, len(record.name) // 2)]
            ask("half a name", "enterprise", {"name": half}, entity, says=half)
    for record, entity in pool[4 * each : 5 * each]:
        ask("the whole name", "enterprise", {"name": record.name}, entity, says=record.name)
    for record, entity in pool[5 * each : 6 * each]:
        ask(
            "the whole name, one slip",
            "enterprise",
            {"name": slip(record.name, profile_of(record).core)},
            entity,
        )
    for record, entity in [one for one in pool if one[0].phones][:each]:
        phone = record.phones[0]
        ask("a phone", "enterprise", {"contact_phones": phone}, entity, says=phone)
    for record, entity in [one for one in pool if len(one[0].uscc) == 18][:each]:
        ask("a credit code", "enterprise", {"uscc": record.uscc}, entity)
    for record, entity in [one for one in pool if one[0].phones and one[0].contacts][:each]:
        core = profile_of(record).core
        fields = {
            "company": core[::-1],
            "contact_name": record.contacts[0],
            "contact_phone": record.phones[0],
        }
        ask("a lead, its firm beyond knowing", "lead", fields, entity)
    for record, entity in twice(Person, each):
        fields = {"name": record.name, "phones": "、".join(record.phones), "company": "、".join(record.companies),
                  "native_place": record.native_place, "chamber": record.chamber}  # fmt: skip
        ask("a person, itself left out", "person", fields, entity, leave_out=record.id)
    dice.shuffle(asked)
    return asked


def is_right(question: Question, answer: Any) -> bool:
    from crm.db import db
    from crm.dedup import Record
    from crm.dedup.profile import profile_of
    from crm.merchants import identity

    wanted = (
        "enterprise" if question.noun == "lead" else question.noun
    )  # the firm comes first, then its person
    if answer.noun != wanted and question.kind != "a phone":
        return False
    model = identity.MODELS[answer.noun]
    name, entity = db.session.execute(sa.select(model.name, model.source).filter_by(id=answer.id)).one()
    if entity == question.entity or not question.says:
        return bool(entity == question.entity)
    if question.kind == "a phone":
        return question.says in answer.known.record.phones
    typed, core = (profile_of(Record(one)).core for one in (question.says, name))
    return core.startswith(typed)


# --- measuring ---------------------------------------------------------------------------------------------


def at(share: float, times: list[float]) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))] if times else 0.0


def line(what: str, times: list[float], own: list[float], right: str = "") -> None:
    spent = "".join(f"{at(share, times):8.1f}" for share in (0.5, 0.95, 0.99))
    print(f"{what:36}{len(times):6}{spent}{at(0.5, own):8.1f}{at(0.95, own):8.1f}  {right}", flush=True)


def timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    began, own = time.perf_counter(), time.thread_time()
    answer = work()
    return answer, (time.perf_counter() - began) * 1000, (time.thread_time() - own) * 1000


def measure(asked: list[Question], login: str) -> None:
    """By the function that forms and API ask, as a member of a unit who sees a part of the base."""
    from crm.db import db, reading
    from crm.merchants import actions, asking, identity, lookup
    from crm.merchants.models import Enterprise
    from crm.org.models import User

    print(
        f"\n{'as ' + login + ', by the function':36}{'':6}{'p50':>8}{'p95':>8}{'p99':>8}{'cpu50':>8}{'cpu95':>8}  first, among five"
    )
    spent: dict[str, list[tuple[float, float, bool, bool]]] = defaultdict(list)
    base: list[tuple[float, float]] = []
    with reading():
        user = db.session.scalars(sa.select(User).filter_by(login=login)).one()
        for number, question in enumerate([*asked[:30], *asked]):
            make = actions.person_record if question.noun == "person" else actions.enterprise_record

            def one(question: Question = question, make: Any = make) -> Any:
                if question.noun == "lead":
                    return asking.look_alikes(user, "lead", question.fields)
                return identity.likely(
                    user, make(question.fields), noun=question.noun, leave_out=question.leave_out
                )

            answer, wall, own = timed(one)
            if number < 30:
                continue  # warming up
            judged = [is_right(question, each) for each in answer]
            spent[question.kind].append((wall, own, judged[:1] == [True], True in judged))
            name = question.fields.get("name") or "无"
            exact = sa.select(Enterprise.id).where(Enterprise.name == name).limit(5)
            _ids, wall, own = timed(lambda exact=exact: db.session.scalars(exact).all())
            base.append((wall, own))
        db.session.rollback()
    every = [one for rows in spent.values() for one in rows]
    for kind, rows in [*sorted(spent.items()), ("all", every)]:
        first, five = (sum(row[at_] for row in rows) / len(rows) for at_ in (2, 3))
        line(kind, [row[0] for row in rows], [row[1] for row in rows], f"{first:.3f}  {five:.3f}")
    plain = [wall for wall, _own in base]
    line("an exact name (the baseline)", plain, [own for _wall, own in base])
    spent_ms, right = [row[0] for row in every], sum(row[2] for row in every) / len(every)
    times = at(0.5, spent_ms) / at(0.5, plain)
    what = f"duplicates while typing, {right:.1%} right first"
    table.add(
        table.Line(
            what, at(0.5, spent_ms), at(0.95, spent_ms), times=times, what_of="a look for an exact name"
        )
    )
    print(
        f"keys looked up have at most {lookup.FAN_OUT} records each; {identity.PROMISING} are weighed at most"
    )


def over_http(app: Any, asked: list[Question], login: str) -> None:
    from crm.org.demo import PASSWORD

    client = app.test_client()
    token = (
        client.get("/sign-in").get_data(as_text=True).split('name="csrf-token" content="')[1].split('"')[0]
    )
    client.post("/sign-in", data={"csrf_token": token, "login": login, "password": PASSWORD})
    token = (
        client.get("/password").get_data(as_text=True).split('name="csrf-token" content="')[1].split('"')[0]
    )
    print(f"\n{'over HTTP':36}{'':6}{'p50':>8}{'p95':>8}{'p99':>8}{'cpu50':>8}{'cpu95':>8}")
    rows, base = [], []
    for question in asked:
        address = f"/duplicates?noun={question.noun}"
        if question.leave_out:
            address += f"&leave_out={question.leave_out}"
        fields = {**question.fields, "csrf_token": token}
        answer, wall, own = timed(lambda address=address, fields=fields: client.post(address, data=fields))
        if answer.status_code != 200:
            raise SystemExit(f"{address}: {answer.status}")
        rows.append((wall, own))
        _page, wall, own = timed(lambda: client.get("/password"))
        base.append((wall, own))
    line("duplicates, every kind", [row[0] for row in rows], [row[1] for row in rows])
    spent, plain = ([row[0] for row in some] for some in (rows, base))
    table.add(
        table.Line(
            "the same over HTTP", at(0.5, spent), at(0.95, spent), times=at(0.5, spent) / at(0.5, plain),
            what_of="a page without records",
        )
    )  # fmt: skip
    line("a page without records", [row[0] for row in base], [row[1] for row in base])


def saves(number: int = 60) -> None:
    """What it costs to keep the look-up right: the refresh of one record, beside the whole verb."""
    from crm.db import db
    from crm.merchants import actions, identity
    from crm.merchants.models import Enterprise
    from crm.org.models import User

    user = db.session.scalars(sa.select(User).filter_by(login="promoter")).one()
    ids = db.session.scalars(sa.select(Enterprise.id).order_by(Enterprise.id.desc()).limit(number)).all()
    same, verb = [], []
    for one in ids:
        firm = db.session.get_one(Enterprise, one)
        same.append(timed(lambda firm=firm: identity.refresh(firm))[1:])
        change = {"name": f"{firm.name}甲", "note": "测"}
        verb.append(timed(lambda firm=firm, change=change: actions.edit(firm, change, actor=user))[1:])
    db.session.rollback()
    print(f"\n{'keeping it right':36}{'':6}{'p50':>8}{'p95':>8}{'p99':>8}{'cpu50':>8}{'cpu95':>8}")
    line("refresh of one record", [one[0] for one in same], [one[1] for one in same])
    walls = [one[0] for one in same]
    table.add(table.Line("keeping the look-up right at a save", at(0.5, walls), at(0.95, walls)))
    line("edit with a new name, all of it", [one[0] for one in verb], [one[1] for one in verb])


def megabytes() -> str:
    from crm.db import db

    tables = ("dedup_key", "dedup_entry")
    if db.engine.dialect.name == "sqlite":
        pages = {}
        for table in tables:
            try:
                asked = sa.text("SELECT sum(pgsize) FROM dbstat WHERE name IN (:one, :auto)")
                size = db.session.scalar(asked, {"one": table, "auto": f"sqlite_autoindex_{table}_1"})
            except sa.exc.OperationalError:  # this SQLite was built without dbstat
                return (
                    f"database file {Path(str(db.engine.url.database)).stat().st_size / 2**20:.0f} MB in all"
                )
            pages[table] = size or 0
    else:
        pages = {
            one: db.session.scalar(sa.text("SELECT pg_total_relation_size(:one)"), {"one": one})
            for one in tables
        }
    return ", ".join(f"{table} {size / 2**20:.0f} MB" for table, size in pages.items())


def tidy() -> None:
    """What the database does by itself in a house that lives."""
    from crm.db import db

    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("SET statement_timeout = 0")
            connection.exec_driver_sql("VACUUM ANALYZE")
    else:
        db.session.execute(sa.text("ANALYZE"))
        db.session.commit()


def base_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--records", type=int, default=50_000, help="firms in the base, and as many people")
    parser.add_argument(
        "--list",
        type=Path,
        help="firms, csv or csv.gz: cluster_id,name,uscc,region,legal_rep,contact,phone,address,chamber",
    )
    parser.add_argument("--people", type=Path, help="people: cluster_id,name,phone,native_place,chamber")
    parser.add_argument("--data", type=Path, help="keep the base here and use the one that is here")


@contextlib.contextmanager
def base(wanted: argparse.Namespace, folder: Path) -> Iterator[Any]:
    """An application over a base as these arguments want it, its look-up whole. Other processes meet the same one
    by the environment they inherit."""
    data = wanted.data or folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    os.environ |= {"CRM_DATA": str(data), "CRM_DEMO": "1"}
    from crm.app import create_app

    filled, flask = data / "filled", [sys.executable, "-m", "flask", "--app", "wsgi"]
    subprocess.run([*flask, "db", "upgrade"], check=True, cwd=ROOT, env=os.environ)
    if not filled.exists():
        subprocess.run([*flask, "demo", "load"], check=True, cwd=ROOT, env=os.environ)
    app = create_app()
    with app.app_context():
        from crm.merchants import reindex

        if not filled.exists():
            firms = read(wanted.list, wanted.records) if wanted.list else invented(folder, wanted.records)
            people = read(wanted.people, wanted.records) if wanted.people else iter(())
            (made, made_people), wall, _own = timed(lambda: fill(firms, people))
            print(f"{made:,} firms and {made_people:,} people put in: {wall / 1000:.0f} s", flush=True)
            filled.touch()
        if reindex.standing().wants_work:
            idle = peak_kib()
            told, wall, own = timed(reindex.run)
            took = f"{wall / 1000:.0f} s ({own / 1000:.0f} s of this process)"
            changed = f"{told.put_in:,} keys, {told.found_anew:,} search entries"
            print(
                f"look-up made: {took}, {changed}, {(peak_kib() - idle) / 1024:.0f} MiB over idle", flush=True
            )
            tidy()
    yield app


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.typing", description=__doc__)
    base_arguments(parser)
    parser.add_argument("--questions", type=int, default=1200)
    parser.add_argument("--seed", type=int, default=2013)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="crm-typing-") as folder, base(wanted, Path(folder)) as app:
        with app.app_context():
            from crm.db import db

            print(megabytes(), flush=True)
            db.session.execute(sa.text("CREATE INDEX IF NOT EXISTS bench_firm ON enterprise (source)"))
            db.session.execute(sa.text("CREATE INDEX IF NOT EXISTS bench_person ON person (source)"))
            db.session.commit()
            asked = questions(wanted.questions, wanted.seed)
            measure(asked, "promoter")
            saves()
        over_http(app, asked[:400], "promoter")


if __name__ == "__main__":
    main()
