"""The standing list of 查重: how much of what is true a scan of a base finds, and how long its pages take.

    python -m tests.bench.standing --list labelled.csv.gz [--people labelled.csv.gz]
    python -m tests.bench.standing --pairs 50000

1. Recall. A labelled list (`cluster_id`: which entity a row is; else invented firms) is put into a base, the look-up
   made, the whole base scanned as the nightly job does, lot by lot. Beside what then stands in the list stands what
   the core's own `cluster` makes of the same records: the list must not lack what the core would merge.
   *pairs*: of all pairs of records of one entity; *joined*: those that hang together by pairs that are right, since
   people decide a group as one.
2. Pages. So many pairs are put in, half of them a unit's own; milliseconds of each page for its head, for a promoter
   and for the administrator, and how many statements it asks.

Into a SQLite file of its own, or the empty database DATABASE_URL names.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Collection, Iterable
from itertools import combinations
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.bench.__main__ import ROOT
from tests.bench.typing import AT, FIRM, HANDLE, TRACKED, Filler, Row, at, fill, invented, read, tidy, timed

Pair = tuple[int, int]
LABEL = {"enterprise": "entity ", "person": "person "}  # in front of the entity's name, in `source`
SHOWN = 10  # pairs that the core finds and the list lacks
PAGES = {"manager": "/suspects", "promoter": "/suspects?show=open", "admin": "/suspects"}


def truth_of(noun: str) -> set[Pair]:
    """All pairs of records that are one entity, by the column that no look-up reads."""
    from crm.db import db
    from crm.merchants.placing import MODELS

    model, homes = MODELS[noun], defaultdict(list)
    rows = sa.select(model.id, model.source).where(model.source.startswith(LABEL[noun])).order_by(model.id)
    for record_id, source in db.session.execute(rows):
        homes[source].append(record_id)
    return {pair for ids in homes.values() for pair in combinations(ids, 2)}


def standing_of(noun: str, labelled: Collection[int]) -> dict[Pair, str]:
    """{pair: verdict} of what stands in the list among these records."""
    from crm.db import db
    from crm.merchants.models import Suspect

    rows = db.session.execute(
        sa.select(Suspect.a_id, Suspect.b_id, Suspect.verdict).where(Suspect.noun == noun)
    )
    known = set(labelled)
    return {(a, b): verdict for a, b, verdict in rows if a in known and b in known}


def clustered_of(noun: str) -> tuple[set[Pair], set[int]]:
    """(pairs that the core's `cluster` would make one, all labelled records), from the records as the base has them."""
    from crm.db import db
    from crm.dedup import batch
    from crm.dedup.nouns import NOUNS
    from crm.merchants import identity
    from crm.merchants.placing import MODELS

    model = MODELS[noun]
    labelled = sa.select(model.id).where(model.source.startswith(LABEL[noun]))
    ids = list(db.session.scalars(labelled.order_by(model.id)))
    known = identity.load(noun, ids)
    names = batch.cluster([known[one].record for one in ids], noun=NOUNS[noun])
    homes: dict[str, list[int]] = defaultdict(list)
    for record_id, name in zip(ids, names, strict=True):
        homes[name].append(record_id)
    return {pair for some in homes.values() for pair in combinations(sorted(some), 2)}, set(ids)


def joined(pairs: Iterable[Pair]) -> set[Pair]:
    """All pairs of records that hang together by these."""
    home: dict[int, int] = {}

    def root(one: int) -> int:
        while home.setdefault(one, one) != one:
            one = home[one]
        return one

    for a, b in pairs:
        home[root(a)] = root(b)
    groups: dict[int, list[int]] = defaultdict(list)
    for one in sorted(home):
        groups[root(one)].append(one)
    return {pair for some in groups.values() for pair in combinations(some, 2)}


def recall(noun: str) -> dict[str, float]:
    """The figures of a noun, printed and answered."""
    true = truth_of(noun)
    if not true:
        return {}
    core, labelled = clustered_of(noun)
    standing = standing_of(noun, labelled)
    kept = {pair for pair, verdict in standing.items() if verdict in ("same", "ask")}
    whole = joined(kept & true)
    lacking = (core & true) - whole
    figures = {
        "true pairs": len(true),
        "stand in the list": len(kept),
        "right of them": len(kept & true) / max(1, len(kept)),
        "recall, pairs": len(kept & true) / len(true),
        "recall, joined": len(whole & true) / len(true),
        "recall of the core's cluster": len(core & true) / len(true),
        "precision of the core's cluster": len(core & true) / max(1, len(core)),
        "of the core's right pairs in the list": 1 - len(lacking) / max(1, len(core & true)),
    }
    print(f"\n{noun}")
    for what, value in figures.items():
        print(
            f"  {what:40}{value:10.4f}" if isinstance(value, float) else f"  {what:40}{value:10}", flush=True
        )
    for a, b in sorted(lacking)[:SHOWN]:
        told = [f"{one} {_told(noun, one)}" for one in (a, b)]
        print("  not in the list: " + "  |  ".join(told), flush=True)
    return figures


def _told(noun: str, record_id: int) -> str:
    from crm.merchants import identity

    record = identity.load(noun, [record_id])[record_id].record
    return " / ".join(str(part) for part in (record.name, *record.phones, *getattr(record, "companies", ())))


def put_people(rows: Iterable[Row]) -> int:
    """Labelled people with their firms: one firm for each way in which a list writes it, as an import makes them."""
    from crm.db import db
    from crm.lib.phones import PhoneKind, parse_phones
    from crm.merchants.models import Enterprise, Handle, Person, Position
    from crm.org.models import User

    kinds = {PhoneKind.MOBILE: "mobile", PhoneKind.LANDLINE: "landline"}
    unit, user = db.session.execute(sa.select(User.unit_id, User.id).order_by(User.id).limit(1)).one()
    owned = {
        "follow_unit_id": unit,
        "first_report_unit_id": unit,
        "follow_user_id": user,
        "first_report_user_id": user,
    }
    last = {model: db.session.scalar(sa.select(sa.func.max(model.id))) or 0 for model in (Enterprise, Person)}
    firms: dict[str, int] = {}
    filler, count = Filler(db.session.connection()), 0
    numbers = {
        model: db.session.scalar(sa.select(sa.func.max(model.id))) or 0 for model in (Handle, Position)
    }
    for count, row in enumerate(rows, 1):
        who = last[Person] + count
        filler.add("person", {"id": who, **TRACKED, **owned, "name": row["name"][:200], "native_place": row["native_place"],
                              "chamber": row["chamber"], "source": f"person {row['cluster_id']}"})  # fmt: skip
        if company := row["company"].strip():
            if company not in firms:
                firms[company] = last[Enterprise] + len(firms) + 1
                filler.add("enterprise", {"id": firms[company], **FIRM, **owned, "name": company[:200]})
            numbers[Position] += 1
            filler.add("position", {"id": numbers[Position], "person_id": who, "enterprise_id": firms[company],
                                    "title": row.get("title") or "", "is_main": True})  # fmt: skip
        for phone in parse_phones(row["phone"] or ""):
            numbers[Handle] += 1
            filler.add("handle", {"id": numbers[Handle], **HANDLE, "person_id": who, "kind": kinds.get(phone.kind, "other"),
                                  "value": phone.national[:200], "digits": phone.digits[:32]})  # fmt: skip
    filler.end()
    db.session.commit()
    return count


# --- pages ---------------------------------------------------------------------------------------------------


def put_pairs(count: int) -> int:
    """Pairs straight into the table: every second of one unit, the others across units."""
    from crm.db import db
    from crm.merchants import placing
    from crm.merchants.models import Enterprise
    from crm.org.models import User

    ids = list(
        db.session.scalars(
            sa.select(Enterprise.id).where(Enterprise.source.startswith("entity ")).order_by(Enterprise.id)
        )
    )
    units = db.session.scalar(sa.select(sa.func.count(sa.distinct(User.unit_id)))) or 1
    places = range(0, len(ids) - 2 * units)
    own = [(at_, at_ + units) for at_ in places if at_ // units % 2 == 0]  # no record in two of them
    apart = [(at_, at_ + 1) for at_ in places if at_ % 2 == 0]
    rows = [
        {"a": ids[one], "b": ids[two], "score": 0.5 + (one * 7919 % 5000) / 10000, "at": AT}
        for one, two in [*own[: count // 2], *apart[: count - count // 2]]
    ]
    put = sa.text(
        "INSERT INTO suspect (noun, a_id, b_id, score, verdict, reasons, levels, signs, state, found_at, kept_reason,"
        " decision_note, version) VALUES ('enterprise', :a, :b, :score, 'ask', '[]', '[]', 0, 'open', :at, '', '', 1)"
        " ON CONFLICT DO NOTHING"
    )
    for some in range(0, len(rows), 10_000):
        db.session.execute(put, rows[some : some + 10_000])
    placing.place("enterprise")
    db.session.commit()
    tidy()
    return len(rows)


def pages(app: Any, requests: int) -> None:
    from crm.db import db
    from crm.org.demo import PASSWORD

    print(f"\n{'page':44}{'p50 ms':>9}{'p95 ms':>9}{'cpu50':>9}{'asks':>7}")
    for login, address in PAGES.items():
        client = app.test_client()
        page = client.get("/sign-in").get_data(as_text=True)
        token = page.split('name="csrf-token" content="')[1].split('"')[0]
        client.post("/sign-in", data={"csrf_token": token, "login": login, "password": PASSWORD})
        list_alone = {"X-Requested-With": "fetch"}
        for what, headers in ((f"{login}: {address}", {}), (f"{login}: the list alone", list_alone)):
            asked: list[str] = []

            def count(_c: Any, _k: Any, statement: str, *_more: Any, asked: list[str] = asked) -> None:
                asked.append(statement)

            with app.app_context():
                engine = db.engine
            sa.event.listen(engine, "before_cursor_execute", count)
            client.get(address, headers=headers)
            sa.event.remove(engine, "before_cursor_execute", count)
            rows = [
                timed(
                    lambda client=client, address=address, headers=headers: client.get(
                        address, headers=headers
                    )
                )
                for _ in range(requests)
            ]
            assert all(answer.status_code == 200 for answer, _wall, _own in rows)
            walls, owns = [one[1] for one in rows], [one[2] for one in rows]
            print(
                f"{what:44}{at(0.5, walls):9.1f}{at(0.95, walls):9.1f}{at(0.5, owns):9.1f}{len(asked):7}",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.standing", description=__doc__)
    parser.add_argument("--list", type=Path, help="firms, csv or csv.gz with cluster_id")
    parser.add_argument("--people", type=Path, help="people, csv or csv.gz with cluster_id")
    parser.add_argument("--records", type=int, default=4000)
    parser.add_argument("--pairs", type=int, default=0, help="measure the pages with so many pairs instead")
    parser.add_argument("--requests", type=int, default=30)
    parser.add_argument("--data", type=Path, help="keep the base here and use the one that is here")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="crm-standing-") as folder:
        data = wanted.data or Path(folder)
        data.mkdir(parents=True, exist_ok=True)
        os.environ |= {"CRM_DATA": str(data), "CRM_DEMO": "1"}
        from crm.app import create_app

        filled = data / "filled"
        if not filled.exists():
            flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
            subprocess.run([*flask, "db", "upgrade"], check=True, cwd=ROOT, env=os.environ)
            subprocess.run([*flask, "demo", "load"], check=True, cwd=ROOT, env=os.environ)
        app = create_app()
        with app.app_context():
            if not filled.exists():
                many = max(wanted.records, wanted.pairs + 100)
                firms = read(wanted.list, many) if wanted.list else invented(Path(folder), many)
                made = fill(firms, iter(()))[0]
                people = put_people(read(wanted.people, wanted.records)) if wanted.people else 0
                print(f"{made} labelled firms and {people} labelled people put in", flush=True)
                if wanted.pairs:
                    print(f"{put_pairs(wanted.pairs)} pairs put in", flush=True)
                filled.touch()
            if not wanted.pairs:
                scanned()
        if wanted.pairs:  # outside of the application's context: each page has its own
            pages(app, wanted.requests)


def scanned() -> None:
    """The whole base looked at, as the nightly job does, and the figures of each noun."""
    from crm.db import db
    from crm.merchants import reindex, suspects

    if reindex.standing().wants_work:
        reindex.run(search=False)
    began = time.perf_counter()
    print(f"scanned: {suspects.scan()}, {time.perf_counter() - began:.1f} s", flush=True)
    db.session.commit()
    for noun in suspects.MODELS:
        recall(noun)


if __name__ == "__main__":
    main()
