"""The engine's long work: scanning, and learning from decisions."""

from __future__ import annotations

import time
from typing import Any

from crm.db import db, reading
from crm.jobs import queue
from crm.jobs.models import JobRun
from crm.lib.words import N_
from crm.merchants import suspects

from . import fan_out, lessons, scans, weighing

queue.BEFORE.append(weighing.keep_up)


@queue.handler(scans.KIND, N_("查重"))
def scan(job: JobRun) -> dict[str, Any]:
    """Goes on where the job's row says. See scans.py."""
    job_id, import_id = job.id, job.params.get("import")
    memory, turn_ends = suspects.Memory(), time.monotonic() + scans.TURN
    course = scans.begun(job)
    written = dict(job.result)
    db.session.rollback()
    while True:
        began = time.monotonic()
        with reading():
            noun, ids = scans.next_lot(course, import_id)
            looked = suspects.look(noun, ids, memory) if ids else None
            db.session.rollback()
        if looked is None:
            break
        # One worker at a time, whoever else believes to be the one.
        job = db.session.get_one(JobRun, job_id, with_for_update=True)
        if dict(job.result) != written:
            raise queue.NotMine
        counts = suspects.settle(looked)
        course = {**course, "noun": noun, "last": ids[-1]}
        for name in scans.COUNTED:
            course[name] += counts[name]
        course["seconds"] = round(course["seconds"] + time.monotonic() - began, 2)
        job.result = written = course
        queue.beat(job, course["records"], max(course["total"], course["records"]))
        db.session.commit()
        db.session.expunge_all()
        scans.pause(time.monotonic() - began)
        if time.monotonic() > turn_ends:
            with reading():
                let_go = scans.others_wait()
                db.session.rollback()
            if let_go:
                raise queue.Later
            turn_ends = time.monotonic() + scans.TURN
    if import_id is None:
        with reading():
            course |= {"surplus": scans.surplus(), "widest": fan_out.widest(memory.wide)}
            db.session.rollback()
    return course | {"said": scans.told(course)}


@queue.handler(lessons.KIND, N_("从判定中学习"))
def learn(job: JobRun) -> dict[str, Any]:
    """Makes the preview anew each time it is run; only reads."""
    job_id, noun = job.id, job.params["noun"]
    db.session.commit()
    with reading():
        told = lessons.preview(noun, lambda done, total: queue.report(job_id, done, total))
        db.session.rollback()
    return told
