"""Writes the made-up month into a data folder of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from opsdesk.core.clock import local_day
from opsdesk.core.desk import Desk
from opsdesk.flows import issue_daily_record, judge_visit
from opsdesk.flows.demo import story
from opsdesk.flows.demo.answers import transcript
from opsdesk.flows.keep_slots import timetable
from opsdesk.inspections.models import Round, Slot, Status, Visit
from opsdesk.inspections.operations import review, rounds, visits
from opsdesk.inspections.queries.review import open_items, rounds_of
from opsdesk.inspections.queries.running import pending_visits
from opsdesk.inspections.slots import moment
from opsdesk.people import operations as people
from opsdesk.people.models import Role
from probes.transcript import pack

PEOPLE = (
    ("duty1", "值班工程师甲（演示）", Role.ENGINEER),
    ("duty2", "值班工程师乙（演示）", Role.ENGINEER),
    ("lead", "运维负责人（演示）", Role.LEAD),
    ("customer", "甲方代表（演示）", Role.CUSTOMER),
)
PAPERS = 3
"""Days whose record is issued; printing all thirty would take minutes."""

Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Moment:
    """One slot of the story."""

    day: int
    date: date
    slot: Slot
    at: datetime


def fill(desk: Desk, *, at: datetime, days: int = story.DAYS, told: Told) -> str:
    """Write people, rounds, words, names and papers; returns the lead's password."""
    moments = _moments(desk, at, days)
    password = _people(desk, moments[0].at if moments else at)
    for index, when in enumerate(moments):
        told(index, len(moments))
        _round(desk, when, signed=at - when.at > timedelta(hours=12))
    _second_names(desk, moments, at)
    for when in [m for m in moments if m.slot is Slot.EVENING][-PAPERS:]:
        printed = min(at, when.at + timedelta(hours=1))  # after the names are under it
        issue_daily_record.issue(desk, when.date, by="duty1", at=printed)
    told(len(moments), len(moments))
    return password


def _moments(desk: Desk, at: datetime, days: int) -> list[Moment]:
    table = timetable(desk)
    today = local_day(at, table.zone)
    dates = [today - timedelta(days=back) for back in range(days - 1, -1, -1)]
    found = [
        Moment(day, on, slot, moment(table, on, time_of_day))
        for day, on in enumerate(dates)
        for slot, time_of_day in table.slots
    ]
    return [when for when in found if when.at <= at]


def _people(desk: Desk, at: datetime) -> str:
    password = ""
    with desk.database.unit() as session:
        for username, name, role in PEOPLE:
            given = people.add(
                session, username=username, name=name, role=role, by="demo", at=at
            )
            password = given if username == "lead" else password
    return password


def _round(desk: Desk, when: Moment, *, signed: bool) -> None:
    plan = rounds.Plan(
        day=when.date,
        slot=when.slot,
        servers=desk.settings.servers,
        by="scheduler",
        due_at=when.at,
        late=bool(story.late(when.day, when.slot)),
        reason=story.late(when.day, when.slot) or story.missed(when.day, when.slot),
    )
    with desk.database.unit() as session:
        if story.missed(when.day, when.slot):
            rounds.miss(session, plan, at=when.at)
            return
        round_ = rounds.request(session, plan, at=when.at)
        if round_ is None:
            return
        rounds.claim(session, round_.id, runner="demo", at=when.at)
        session.refresh(round_)
        for visit in pending_visits(session, round_.id):
            _visit(desk, session, visit, when)
        took_ms = 3200 + when.at.day * 37 % 900
        ended = when.at + timedelta(milliseconds=took_ms)
        rounds.finish(session, round_.id, at=ended, took_ms=took_ms, suspect="")
        visits.count_states(session, round_)
        session.flush()
        review.settle(session, round_, at=ended)
        if signed:
            _settle(session, round_, when)


def _visit(desk: Desk, session: Session, visit: Visit, when: Moment) -> None:
    server = next(s for s in desk.settings.servers if s.name == visit.server)
    at = when.at + timedelta(milliseconds=40 * visit.position)
    heard = transcript(server, story.mood(server, when.day, when.slot, at))
    sha256 = desk.store.put(pack(heard))
    verdict = judge_visit.judge(session, server, heard, at=at)
    visits.record(session, visit, judge_visit.hear(heard, sha256), verdict, at=at)
    session.flush()


def _settle(session: Session, round_: Round, when: Moment) -> None:
    """Write the words and put the inspector's name under a round."""
    by, name, _ = PEOPLE[when.day % 2]
    at = when.at + timedelta(minutes=24)
    for item in open_items(session, round_, at=at):
        text = story.NOTES.get(item.server, story.OTHERWISE)
        review.explain(session, round_, [item.key], text, by=by, at=at)
    review.settle(session, round_, at=at)
    signer = review.Signer(by, name)
    review.sign(session, round_, signer, version=round_.version, at=at)


def _second_names(desk: Desk, moments: list[Moment], at: datetime) -> None:
    for day in sorted({when.date for when in moments}):
        with desk.database.unit() as session:
            found = rounds_of(session, day)
            whole = all(r.status in (Status.SIGNED, Status.MISSED) for r in found)
            if whole and len(found) == len(Slot) - 1:
                signer = review.Signer("lead", PEOPLE[2][1])
                last = max(r.due_at for r in found if r.due_at)
                when = min(at, last + timedelta(minutes=50))
                review.countersign(session, day, review.REVIEWER, signer, at=when)
