"""The drill year keeps itself: runs are opened in time, and nobody forgets the day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core.clock import local_day
from opsdesk.core.desk import Desk
from opsdesk.core.language import RefusedInWords
from opsdesk.core.outbox.models import Kind, Notice, Urgency
from opsdesk.core.outbox.operations import tell
from opsdesk.core.settings import Settings
from opsdesk.flows import telling_of_runs as runs
from opsdesk.flows.itself import SELF
from opsdesk.flows.keep_responses import plain
from opsdesk.flows.plans_in_force import by_id
from opsdesk.people.models import Role
from opsdesk.responses.models import DrillSlot, Run
from opsdesk.responses.operations import opening
from opsdesk.responses.operations import year as operations
from opsdesk.responses.queries import year
from opsdesk.responses.states import RunState
from opsdesk.tickets.promises.calendar import SATURDAY, Calendar, DayKind, Policy
from opsdesk.tickets.promises.tables import NoTable
from opsdesk.tickets.register import Actor
from probes.finding import Words
from runbooks import rota
from runbooks.plan import Part, Plan

AHEAD = timedelta(days=7)
"""How long before its day a drill is opened."""
DAY = timedelta(days=1)
BEGINS = time(9, 30)
NOT_BEGUN = (RunState.PLANNED, RunState.READY)


def fill_year(
    session: Session,
    settings: Settings,
    number: int,
    plans: Iterable[Plan],
    *,
    by: Actor,
    at: datetime,
) -> int:
    """Make a year of drills from the rota, on working days; what is there stays.

    Months that are over are left out: nobody can rehearse in them any more.
    """
    this_month = at.astimezone(settings.desk.timezone).date().replace(day=1)
    calendar = Calendar(Policy.ALWAYS, settings.desk.timezone)
    slots = [
        operations.Slot(
            month=one.month,
            plan=one.plan,
            mode=one.mode,
            planned_on=one.planned_on,
            joint=one.joint,
        )
        for one in rota.year(plans, number, works_on=partial(_worked, calendar))
        if one.month >= this_month
    ]
    return operations.fill_year(session, slots, by=by, at=at)


def _worked(calendar: Calendar, day: date) -> bool:
    """Tell whether a day is worked; a year not announced yet counts its weekdays."""
    try:
        return calendar.kind(day) in (DayKind.WORKING, DayKind.MAKEUP)
    except NoTable:
        return day.weekday() < SATURDAY


def sweep(desk: Desk, *, at: datetime) -> int:
    """Open what is due, and remind of what has not begun."""
    return open_due(desk, by_id(desk.settings), at=at) + remind(desk, at=at)


def open_due(desk: Desk, plans: Mapping[str, Plan], *, at: datetime) -> int:
    """Open the drills that are planned within a week; return how many.

    A slot of a month that is over stays as it is: overdue, in red.
    """
    today = local_day(at, desk.settings.desk.timezone)
    with desk.database.reading() as session:
        due = year.due_slots(session, today + AHEAD)
    count = 0
    for slot in due:
        if slot.planned_on < today.replace(day=1):
            continue
        try:
            with desk.database.unit() as session:
                _open(session, desk.settings, slot, plans.get(slot.plan), at=at)
            count += 1
        except RefusedInWords as refusal:
            count += _tell_refused(desk, slot, refusal.words, at=at)
    return count


def _open(
    session: Session,
    settings: Settings,
    slot: year.SlotView,
    plan: Plan | None,
    *,
    at: datetime,
) -> None:
    if plan is None:
        raise RefusedInWords(_NO_PLAN)
    begins = datetime.combine(slot.planned_on, BEGINS, settings.desk.timezone)
    drill = opening.Drill(
        plan=plan,
        mode=slot.mode,
        planned_for=begins,
        joint=slot.joint,
        slot_id=slot.id,
        later=True,
    )
    run = opening.plan_drill(session, settings, drill, by=SELF, at=at)
    session.flush()
    words = _OPENED.fill(number=run.number, title=plain(run.title), day=slot.planned_on)
    _say(session, run, words, at=at, once=f"drill:{slot.id}:opened")


def _tell_refused(desk: Desk, slot: year.SlotView, why: Words, *, at: datetime) -> int:
    with desk.database.unit() as session:
        return tell(
            session,
            to=runs.everyone(session, Role.LEAD),
            kind=Kind.DUTY_DUE,
            subject_ref=f"{slot.month:%Y-%m} {slot.plan}",
            words=_BY_HAND.fill(
                month=f"{slot.month:%Y-%m}",
                plan=plain(slot.plan),
                zh=plain(why.zh),
                en=plain(why.en),
            ),
            link=f"/drills/{slot.month.year}",
            at=at,
            once=f"drill:{slot.id}:by-hand:{slot.planned_on}",
        )


@dataclass(frozen=True, slots=True)
class _Reminder:
    run_id: int
    once: str
    words: Words
    urgency: Urgency


def remind(desk: Desk, *, at: datetime) -> int:
    """Remind of drills a day before, and daily once their day is over."""
    today = local_day(at, desk.settings.desk.timezone)
    with desk.database.reading() as session:
        wanted = {one.once: one for one in _reminders(session, today)}
        told = select(Notice.once).where(Notice.once.in_(wanted))
        for once in set(session.scalars(told)):
            wanted.pop(once or "", None)
    if not wanted:
        return 0
    with desk.database.unit() as session:
        return sum(_remind(session, one, at=at) for one in wanted.values())


def _remind(session: Session, one: _Reminder, *, at: datetime) -> int:
    run = session.get_one(Run, one.run_id)
    return _say(session, run, one.words, at=at, once=one.once, urgency=one.urgency)


def _reminders(session: Session, today: date) -> Iterator[_Reminder]:
    query = (
        select(DrillSlot, Run)
        .join(Run, Run.id == DrillSlot.run_id)
        .where(Run.state.in_(NOT_BEGUN), DrillSlot.planned_on <= today + DAY)
    )
    for slot, run in session.execute(query):
        late = slot.planned_on < today
        words = (_LATE if late else _SOON).fill(
            number=run.number, title=plain(run.title), day=slot.planned_on
        )
        when = today if late else slot.planned_on
        once = f"drill:{slot.id}:{'late' if late else 'soon'}:{when}"
        yield _Reminder(run.id, once, words, Urgency.NORMAL)


def _say(
    session: Session,
    run: Run,
    words: Words,
    *,
    at: datetime,
    once: str,
    urgency: Urgency = Urgency.NORMAL,
) -> int:
    cast: Iterable[str] = runs.playing(session, run.id, *Part)
    return runs.say(
        session,
        to=set(cast) | runs.everyone(session, Role.LEAD),
        number=run.number,
        exercise=run.exercise,
        words=words,
        at=at,
        urgency=urgency,
        once=once,
        kind=Kind.DUTY_DUE,
    )


_OPENED = Words(
    "{number} {title} 定于 {day} 演练，已建立，请确认角色、参数和准备条件。",
    "{number} {title} is planned for {day} and was opened: confirm roles, parameters and means.",
)
_SOON = Words(
    "{number} {title} 将于 {day} 演练，尚未开始。",
    "{number} {title} is to be held on {day}.",
)
_LATE = Words(
    "{number} {title} 应于 {day} 演练，至今没有开始：请开始，或改期并写明原因。",
    "{number} {title} was to be held on {day} and has not begun: begin it, or move it "
    "with a reason.",
)
_NO_PLAN = Words("没有这份预案", "there is no such plan")
_BY_HAND = Words(
    "{month} 的演练（{plan}）没有自动建立：{zh} 请手工建立。",
    "The drill of {month} ({plan}) was not opened by itself: {en} Open it by hand.",
)
