"""Learning from the queue's decisions: the labels, what they would change, and adopting it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from crm.audit.trail import record
from crm.db import db
from crm.dedup import learning, scoring
from crm.dedup.learning import Decision, Figures
from crm.dedup.nouns import NOUNS
from crm.jobs import queue
from crm.jobs.models import JobRun, JobState
from crm.lib.errors import Refused
from crm.lib.words import N_, _
from crm.merchants import suspects
from crm.merchants.identity import chunks
from crm.merchants.models import Suspect, SuspectState

from ..models import WeightsAdoption
from . import weighing

KIND = "duplicates.learn"
MOST_LABELS = 50_000  # the newest
MOST_TRIED = 3_000  # open pairs that are weighed by both tables
MOST_TOLD = 10
LOT = 200
DECIDED = (SuspectState.MERGED, SuspectState.DIFFERENT, SuspectState.RELATED)
REFUSALS = {
    "few": N_(
        "判定还不够：“是同一家”和“不是同一家”各要至少 %(least)s 对，现在分别有 %(same)s 对和 %(other)s 对"
    ),
    "worse": N_("用没有见过的判定一试，学了反而更差，所以不采用"),
    "nothing": N_("现在的权重已经符合这些判定，没有什么可学的"),
}


def labels(noun: str) -> list[Decision]:
    """What people decided, with the evidence there was. A merge that was taken back says nothing: it may have been
    a slip of the hand. What is decided about the pair afterwards does."""
    rows = (
        sa.select(Suspect.levels, Suspect.state)
        .where(Suspect.noun == noun, Suspect.state.in_(DECIDED))
        .order_by(Suspect.decided_at.desc(), Suspect.id.desc())
        .limit(MOST_LABELS)
    )
    return [
        Decision(tuple(levels), state is SuspectState.MERGED)
        for levels, state in db.session.execute(rows)
        if levels
    ]


# --- the preview -------------------------------------------------------------------------------------------


def order(noun: str, *, actor: Any) -> JobRun:
    if noun not in NOUNS:
        raise Refused(_("这一类记录的权重不能学习"))
    title = _("从判定中学习：%(noun)s", noun=_("企业") if noun == "enterprise" else _("人员"))
    job = queue.new(KIND, title=title, params={"noun": noun}, user_id=actor.id)
    record("lesson.ordered", job, actor=actor, name=title)
    return job


def preview(noun: str, say: Callable[[int, int], None]) -> dict[str, Any]:
    """What the decisions would teach, and what would become of the pairs that wait. Reads only."""
    now = weighing.in_force(noun)
    lesson = learning.learn(labels(noun), weighing.text_of(now, noun), NOUNS[noun].learning.limits_of)
    told: dict[str, Any] = {
        "noun": noun,
        "based_on": now.id if now else 0,
        "refusal": lesson.refusal,
        "before": figures(lesson.before),
        "after": figures(lesson.after),
        "moved": [asdict(one) for one in lesson.moved],
    }
    if lesson.refusal == "few":
        return told
    return told | {"weights": lesson.weights} | _changes(noun, scoring.read_weights(lesson.weights), say)


def figures(of: Figures) -> dict[str, Any]:
    return asdict(of) | {
        "precision": round(of.precision, 4), "recall": round(of.recall, 4), "reach": round(of.reach, 4),
    }  # fmt: skip


def _changes(noun: str, table: scoring.Weights, say: Callable[[int, int], None]) -> dict[str, Any]:
    rows = (
        sa.select(Suspect.id, Suspect.a_id, Suspect.b_id)
        .where(Suspect.noun == noun, Suspect.state == SuspectState.OPEN)
        .order_by(Suspect.score.desc(), Suspect.id)
        .limit(MOST_TRIED)
    )
    ids = {(a_id, b_id): one for one, a_id, b_id in db.session.execute(rows)}
    pairs, done = list(ids), 0
    ways: Counter[str] = Counter()
    examples = []
    for some in chunks(pairs, LOT):
        before = suspects.weigh(noun, some)
        with scoring.trying(table, noun):
            after = suspects.weigh(noun, some)
        for pair in some:
            if pair in before and before[pair].verdict is not after[pair].verdict:
                way = f"{before[pair].verdict.value}>{after[pair].verdict.value}"
                ways[way] += 1
                if ways[way] <= MOST_TOLD:
                    scores = [round(before[pair].score, 4), round(after[pair].score, 4)]
                    examples.append({"suspect": ids[pair], "way": way, "scores": scores})
        done += len(some)
        say(done, len(pairs))
    return {"tried": len(pairs), "ways": dict(ways.most_common()), "examples": examples}


def shown(job: JobRun) -> list[dict[str, Any]]:
    """The preview's examples with the names of their two records."""
    rows = job.result.get("examples", [])
    pairs = sa.select(Suspect).where(Suspect.id.in_([row["suspect"] for row in rows]))
    found = {one.id: one for one in db.session.scalars(pairs)}
    model = suspects.MODELS[job.params["noun"]]
    numbers = {one for suspect in found.values() for one in (suspect.a_id, suspect.b_id)}
    asked = sa.select(model.id, model.name).where(model.id.in_(numbers))
    names = {one: name for one, name in db.session.execute(asked)}  # noqa: C416 (a row is no pair to dict())
    return [
        row | {"a": names.get(suspect.a_id, ""), "b": names.get(suspect.b_id, "")}
        for row in rows
        if (suspect := found.get(row["suspect"]))
    ]


def newest(noun: str) -> JobRun | None:
    """The last preview that was made for this noun."""
    rows = sa.select(JobRun).where(JobRun.kind == KIND).order_by(JobRun.id.desc()).limit(20)
    return next((job for job in db.session.scalars(rows) if job.params.get("noun") == noun), None)


def refusal_of(result: dict[str, Any]) -> str:
    code = result.get("refusal", "")
    if code not in REFUSALS:
        return ""
    before = result["before"]
    return _(
        REFUSALS[code],
        least=learning.LEAST_OF_EACH,
        same=before["same"],
        other=before["decisions"] - before["same"],
    )


def adopt(job: JobRun, *, actor: Any) -> WeightsAdoption:
    """Put a preview into force: only one that helps, and only over the table it was made from."""
    noun, result = job.params["noun"], job.result
    if job.state is not JobState.DONE:
        raise Refused(_("预览还没有做完"))
    if complaint := refusal_of(result):
        raise Refused(complaint)
    if result["based_on"] != weighing.number_in_force(noun):
        raise Refused(_("做预览之后权重已经换过，请再做一次预览"))
    kept = {name: result[name] for name in ("before", "after")} | {"moved": len(result["moved"])}
    return weighing.adopt(noun, result["weights"], kept, actor=actor)
