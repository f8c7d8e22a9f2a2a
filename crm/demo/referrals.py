"""A few ties of the demo district, so that some chains lead further than to whom one has met."""

from __future__ import annotations

from collections.abc import Mapping

from crm.db import db
from crm.merchants.models import Enterprise
from crm.org.models import User
from crm.referrals.models import Tie, TieKind

from .lists import rows


def load_ties(*, users: Mapping[str, User], merchants: Mapping[str, Enterprise]) -> None:
    """`users` by login. A person is named by the firm: its first contact."""

    def node(text: str) -> tuple[str, int]:
        noun, _colon, key = text.partition(":")
        if noun == "user":
            return noun, users[key].id
        firm = merchants[key]
        return noun, firm.positions[0].person_id if noun == "person" else firm.id

    author = users["promoter"]
    for row in rows("ties"):
        one, two = node(row["one"]), node(row["two"])
        db.session.add(
            Tie(
                one_noun=one[0],
                one_id=one[1],
                two_noun=two[0],
                two_id=two[1],
                kind=TieKind(row["kind"]),
                said=row["said"],
                unit_id=author.unit_id,
                author_id=author.id,
            )
        )
    db.session.flush()
