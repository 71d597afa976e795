"""Writes the made-up month into a data folder of its own."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core.clock import local_day
from opsdesk.core.desk import Desk
from opsdesk.flows import (
    check_again,
    issue_daily_record,
    judge_visit,
    keep_promises,
    print_form,
    work_tickets,
)
from opsdesk.flows.demo import (
    calls,
    drills,
    findings,
    library,
    projects,
    shelved,
    story,
    written,
)
from opsdesk.flows.demo.answers import transcript
from opsdesk.flows.demo.stage import DUTY, LEAD, PEOPLE, Stage
from opsdesk.flows.keep_slots import timetable
from opsdesk.inspections.models import Round, Slot, Status, Visit
from opsdesk.inspections.operations import review, rounds, visits
from opsdesk.inspections.queries.review import open_items, rounds_of
from opsdesk.inspections.queries.running import due_rounds, pending_visits
from opsdesk.inspections.slots import moment
from opsdesk.people import operations as people
from opsdesk.tickets.models import Kind, Ticket
from probes.transcript import pack

PAPERS = 3
"""Last days whose record is issued beside those of the month that is reported."""
FORMS = 2
"""Forms of closed records that are issued."""

Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Moment:
    """One slot of the story."""

    day: int
    date: date
    slot: Slot
    at: datetime


def fill(desk: Desk, *, at: datetime, days: int = story.DAYS, told: Told) -> str:
    """Write people, rounds, records, names and papers; returns the lead's password."""
    moments = moments_of(desk, at, days)
    password = enter(desk, moments[0].at if moments else at)
    stage = begin(desk, moments, at=at)
    for index, when in enumerate(moments):
        told(index, len(moments))
        stage.until(when.at)
        keep_promises.sweep(desk, at=when.at)
        _round(desk, when, signed=at - when.at > timedelta(hours=12))
        for one in findings.raised(stage, when.at + timedelta(seconds=20)):
            stage.tell(one)
    stage.until(at)
    keep_promises.sweep(desk, at=at)
    _second_names(desk, moments, at)
    _print(desk, moments, at)
    written.month(desk, at=at)
    told(len(moments), len(moments))
    return password


def begin(desk: Desk, moments: list[Moment], *, at: datetime) -> Stage:
    """Put the library and the roster there, and every story at its beginning."""
    stage = Stage(desk, lambda when: _asked(desk, moments, when))
    days = sorted({when.date for when in moments})
    if not days:
        return stage
    with desk.database.unit() as session:
        library.enter(desk, session, at=moments[0].at, now=at)
        library.roster(desk, session, days[0], days[-1], at=moments[0].at)
    shelved.enter(desk, at=moments[0].at)
    drills.year(desk, first=moments[0].at, now=at)
    told = (
        *calls.month(stage, days),
        *calls.just_now(stage, at),
        *projects.month(stage, days[0], days[-1]),
        library.attend(stage),
        *drills.month(stage, first=moments[0].at, now=at),
    )
    for one in told:
        stage.tell(one)
    return stage


def _print(desk: Desk, moments: list[Moment], at: datetime) -> None:
    """Issue the daily records, and one form of each register."""
    evenings = [m for m in moments if m.slot is Slot.EVENING]
    reported = local_day(at, timetable(desk).zone).replace(day=1)  # the month before it
    shown = [m for m in evenings[:-PAPERS] if m.date < reported] + evenings[-PAPERS:]
    with ThreadPoolExecutor(os.cpu_count()) as printers:
        list(printers.map(partial(_record, desk, at), shown))
    with desk.database.reading() as session:
        query = select(Ticket.number).where(
            Ticket.kind.in_([Kind.CHANGE, Kind.REPAIR]), Ticket.state == "closed"
        )
        closed = session.scalars(query.order_by(Ticket.id.desc()).limit(FORMS)).all()
    for number in closed:
        form = work_tickets.register_for(number).kind.value
        print_form.issue(desk, number, form, by=DUTY[0].username, at=at)


def _record(desk: Desk, at: datetime, when: Moment) -> None:
    printed = min(at, when.at + timedelta(hours=1))  # after the names are under it
    issue_daily_record.issue(desk, when.date, by=DUTY[0].username, at=printed)


def days_to_show(at: datetime, zone: ZoneInfo) -> int:
    """Return how many days reach back to the first of last month: a whole month's report."""
    today = local_day(at, zone)
    former = today.replace(day=1) - timedelta(days=1)
    return (today - former.replace(day=1)).days + 1


def moments_of(desk: Desk, at: datetime, days: int) -> list[Moment]:
    """Return every slot of the days until a moment."""
    table = timetable(desk)
    today = local_day(at, table.zone)
    dates = [today - timedelta(days=back) for back in range(days - 1, -1, -1)]
    found = [
        Moment(day, on, slot, moment(table, on, time_of_day))
        for day, on in enumerate(dates)
        for slot, time_of_day in table.slots
    ]
    return [when for when in found if when.at <= at]


def enter(desk: Desk, at: datetime) -> str:
    """Make everybody's account; returns the lead's password."""
    password = ""
    with desk.database.unit() as session:
        for one in PEOPLE:
            given = people.add(
                session,
                username=one.username,
                name=one.name,
                role=one.role,
                by="demo",
                at=at,
            )
            password = given if one is LEAD else password
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
        _run(desk, session, round_, when)
        if signed:
            _settle(session, round_, when)


def _run(desk: Desk, session: Session, round_: Round, when: Moment) -> None:
    """Let every server answer."""
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


def _asked(desk: Desk, moments: list[Moment], at: datetime) -> None:
    """Run what a step of a story asked for, and bring the answer to its record."""
    with desk.database.reading() as session:
        waiting = due_rounds(session)
    if not waiting:
        return
    day = max((m.day for m in moments if m.at <= at), default=0)
    when = Moment(day, local_day(at, desk.settings.desk.timezone), Slot.ADHOC, at)
    for round_id in waiting:
        with desk.database.unit() as session:
            _run(desk, session, session.get_one(Round, round_id), when)
    check_again.collect(desk, at=at + timedelta(seconds=30))


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
    signing = DUTY[when.day % 2]
    at = when.at + timedelta(minutes=24)
    for item in open_items(session, round_, at=at):
        text = story.NOTES.get(item.server, story.OTHERWISE)
        review.explain(session, round_, [item.key], text, by=signing.username, at=at)
    review.settle(session, round_, at=at)
    signer = review.Signer(signing.username, signing.name)
    review.sign(session, round_, signer, version=round_.version, at=at)


def _second_names(desk: Desk, moments: list[Moment], at: datetime) -> None:
    for day in sorted({when.date for when in moments}):
        with desk.database.unit() as session:
            found = rounds_of(session, day)
            whole = all(r.status in (Status.SIGNED, Status.MISSED) for r in found)
            if whole and len(found) == len(Slot) - 1:
                signer = review.Signer(LEAD.username, LEAD.name)
                last = max(r.due_at for r in found if r.due_at)
                when = min(at, last + timedelta(minutes=50))
                review.countersign(session, day, review.REVIEWER, signer, at=when)
