"""After the run: who took part, the quiz, the evaluation, the summary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core.language import RefusedInWords
from opsdesk.core.text import storable
from opsdesk.responses.models import Attendance, Evaluation, Run
from opsdesk.responses.operations.holding import (
    held,
    overtaken,
    plan_of,
    require_participant,
)
from opsdesk.responses.operations.telling import Entry, tell
from opsdesk.responses.refusals import Absent, plain
from opsdesk.responses.states import OPEN, What
from opsdesk.responses.wording import EVALUATION, SCORES, SUMMARY
from opsdesk.tickets.register import Actor
from probes.finding import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """Somebody who took part; `username` empty for people without an account."""

    name: str
    unit: str = ""
    username: str = ""


def attend(
    session: Session, number: str, attendee: Attendee, *, by: Actor, at: datetime
) -> Attendance:
    """Put somebody on the list of those who took part, once."""
    run = _open(session, number, by, at=at)
    name, unit = _line(attendee.name), _line(attendee.unit)
    if not name:
        raise RefusedInWords(_NO_NAME)
    query = select(Attendance).where(
        Attendance.run_id == run.id, Attendance.name == name, Attendance.unit == unit
    )
    known = session.scalar(query)
    if known is not None:
        return known
    row = Attendance(
        run_id=run.id,
        username=attendee.username[:64],
        name=name,
        unit=unit,
        at=at,
        by=by.username,
    )
    session.add(row)
    detail = {"name": name, "unit": unit}
    entry = Entry(what=What.ATTENDED, by=by.username, at=at, text=name, detail=detail)
    tell(session, run, entry)
    return row


def quiz(
    session: Session,
    number: str,
    attendance_id: int,
    answers: Mapping[int, int],
    *,
    by: Actor,
    at: datetime,
) -> Attendance:
    """Grade answers (question → answer, both from 0) by the plan; the first stands."""
    run = _open(session, number, by, at=at)
    row = session.get(Attendance, attendance_id, populate_existing=True)
    if row is None or row.run_id != run.id:
        raise Absent(_NOT_THERE)
    if row.score is not None:
        raise RefusedInWords(_GRADED, name=plain(row.name))
    questions = plan_of(session, run).quiz
    if not questions:
        raise RefusedInWords(_NO_QUIZ)
    right = [answers.get(n) == one.right for n, one in enumerate(questions)]
    row.quiz = {str(number): answer for number, answer in sorted(answers.items())}
    row.score, row.out_of = sum(right), len(right)
    detail = {"name": row.name, "score": row.score, "out_of": row.out_of}
    entry = Entry(
        what=What.ATTENDED, by=by.username, at=at, text=row.name, detail=detail
    )
    tell(session, run, entry)
    return row


def evaluate(  # noqa: PLR0913 - item, score, words
    session: Session,
    number: str,
    item: str,
    score: int,
    *,
    note: str = "",
    by: Actor,
    at: datetime,
) -> Evaluation:
    """Judge one item: of wording.EVALUATION, or the plan's "point-1"…; 1, 3 or 5."""
    run = _open(session, number, by, at=at)
    points = range(1, len(plan_of(session, run).evaluation) + 1)
    known = {key for key, _title in EVALUATION} | {f"point-{n}" for n in points}
    if item not in known:
        raise Absent(_NO_ITEM, item=plain(item))
    if score not in SCORES:
        raise RefusedInWords(_NO_SCORE)
    query = select(Evaluation).where(
        Evaluation.run_id == run.id, Evaluation.item == item
    )
    row = session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        row = Evaluation(run_id=run.id, item=item)
        session.add(row)
    row.score, row.note = score, storable(note).strip()[:2000]
    row.by, row.at = by.username, at
    detail = {"item": item, "score": score}
    entry = Entry(
        what=What.EVALUATED, by=by.username, at=at, text=row.note, detail=detail
    )
    tell(session, run, entry)
    return row


def summarise(
    session: Session,
    number: str,
    values: Mapping[str, str],
    *,
    version: int | None = None,
    by: Actor,
    at: datetime,
) -> Run:
    """Write fields of the summary (wording.SUMMARY); signatures given become void."""
    run = _open(session, number, by, at=at)
    if version is not None and run.version != version:
        raise overtaken(session, run, at=at)
    strange = [name for name in values if name not in SUMMARY]
    if strange:
        raise Absent(_NO_FIELD, name=plain(strange[0]))
    fresh = {name: storable(text).strip() for name, text in values.items()}
    changed = {n: t for n, t in fresh.items() if run.summary.get(n, "") != t}
    if not changed:
        return run
    run.summary = {**run.summary, **changed}
    run.version += 1
    detail = {"summary": sorted(changed)}
    entry = Entry(what=What.EVALUATED, by=by.username, at=at, detail=detail)
    tell(session, run, entry)
    return run


def _open(session: Session, number: str, by: Actor, *, at: datetime) -> Run:
    run = held(session, number, at=at)
    require_participant(session, run, by)
    if run.state not in OPEN:
        raise RefusedInWords(_OVER, number=run.number)
    return run


def _line(text: str) -> str:
    return " ".join(storable(text).split())[:64]


_NO_NAME = Words("请写姓名。没有保存。", "Give a name. Nothing was saved.")
_NOT_THERE = Words(
    "签到表里没有这个人。没有保存。",
    "Nobody of that number is on the list. Nothing was saved.",
)
_GRADED = Words(
    "{name} 已经答过，第一次的成绩算数。没有保存。",
    "{name} has answered already, and the first answers count. Nothing was saved.",
)
_NO_QUIZ = Words("这份预案没有测验题。", "This plan has no quiz.")
_NO_ITEM = Words(
    "没有评估项 {item}。没有保存。", "There is no item {item}. Nothing was saved."
)
_NO_SCORE = Words(
    "分值只有 1（差）、3（合格）、5（优秀）。没有保存。",
    "Scores are 1 (poor), 3 (sufficient) and 5 (excellent). Nothing was saved.",
)
_NO_FIELD = Words(
    "总结里没有 {name} 这一项。没有保存。",
    "The summary has no field {name}. Nothing was saved.",
)
_OVER = Words(
    "{number} 已经结束，记录不再改动。没有保存。",
    "{number} is over, and its record stays as it is. Nothing was saved.",
)
