"""Reports that were ordered are printed, one at a time; the month's own on its day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.archive import queries as documents
from opsdesk.core.desk import Desk
from opsdesk.core.errors import Refused
from opsdesk.core.language import RefusedInWords
from opsdesk.core.outbox.models import Kind as Notice
from opsdesk.core.outbox.operations import tell
from opsdesk.flows import issue_monthly_report as flow
from opsdesk.flows.itself import SELF
from opsdesk.flows.keep_promises import rules_of
from opsdesk.flows.month.material import number_of
from opsdesk.people.models import Person, Role
from opsdesk.reporting import operations, span
from opsdesk.reporting.models import Order, OrderState
from opsdesk.reporting.queries import drafts
from opsdesk.tickets.promises.calendar import DayKind
from opsdesk.tickets.promises.tables import NoTable
from probes.finding import Words

log = structlog.get_logger(__name__)
HOUR = 8
"""The month's report is printed from this local hour of the first working day."""
ABANDONED = timedelta(minutes=15)
"""An order that has been printing for so long has lost whoever printed it."""
WORKING = (DayKind.WORKING, DayKind.MAKEUP)


def sweep(desk: Desk, *, at: datetime) -> int:
    """Print the order that waits, if there is one; a failure is told and not repeated."""
    with desk.database.unit() as session:
        _give_up(session, at)
        order = operations.begin(session, at=at)
        if order is None:
            return 0
        taken = (order.id, order.code, order.number, order.by)
    order_id, code, number, by = taken
    version, why = _printed(desk, code, by=by or SELF.username, at=at)
    with desk.database.unit() as session:
        operations.finish(session, order_id, version=version, why=why, at=at)
        _tell(session, number, version, why, by=by, at=at)
    return 1


def _printed(
    desk: Desk, code: str, *, by: str, at: datetime
) -> tuple[int | None, Words]:
    """Return the version that was issued, or why none was."""
    try:
        period = span.parse(code, desk.settings.desk.timezone)
        return flow.issue(desk, period, by=by, at=at).version, Words("", "")
    except RefusedInWords as refusal:
        return None, refusal.words
    except Refused as refusal:
        return None, Words(str(refusal), str(refusal))
    except Exception as bug:  # told to people, who would else wait for ever
        log.exception("report.fell", code=code)
        return None, _FELL.fill(what=type(bug).__name__)


def _give_up(session: Session, at: datetime) -> None:
    query = select(Order).where(
        Order.state == OrderState.PRINTING, Order.begun_at < at - ABANDONED
    )
    for one in session.scalars(query):
        operations.finish(session, one.id, version=None, why=_LOST, at=at)
        _tell(session, one.number, None, _LOST, by=one.by, at=at)


def order_due(desk: Desk, *, at: datetime) -> int:
    """Order the last month's report on the first working day, once.

    A month that was issued by hand, or ordered before and failed, is left to people.
    """
    zone = desk.settings.desk.timezone
    now = at.astimezone(zone)
    if now.hour < HOUR or now.date() < _first_working_day(desk, now.date()):
        return 0
    period = span.read("last", now.date(), zone)
    number = number_of(desk.settings, period)
    start = desk.settings.contract.start
    with desk.database.unit() as session:
        if start is not None and period.last < start:
            return 0
        if documents.current(session, number) or drafts.last_order(session, number):
            return 0
        if not _anything(session, period):
            return 0
        operations.order(session, number, period.code, by="", at=at)
        return 1


def next_report_at(desk: Desk, *, at: datetime) -> datetime:
    """Return when the next month's report prints itself."""
    zone = desk.settings.desk.timezone
    today = at.astimezone(zone).date()
    later = (today.replace(day=1) + timedelta(days=31)).replace(day=1)
    moments = (
        datetime.combine(_first_working_day(desk, day), time(HOUR), zone)
        for day in (today, later)
    )
    return next(one for one in moments if one > at)


def _anything(session: Session, period: span.Span) -> bool:
    """Tell whether the desk was there in a month: else there is nothing to say."""
    from opsdesk.inspections.queries.month import known_since  # noqa: PLC0415

    since = known_since(session)
    return since is not None and since <= period.last


def _first_working_day(desk: Desk, today: date) -> date:
    """Return the month's first working day; without a table, its first weekday."""
    calendar = rules_of(desk.settings).calendar
    day = today.replace(day=1)
    try:
        while calendar.kind(day) not in WORKING:
            day += timedelta(days=1)
    except NoTable:
        while day.weekday() > 4:  # noqa: PLR2004 - Friday
            day += timedelta(days=1)
    return day


def _tell(
    session: Session,
    number: str,
    version: int | None,
    why: Words,
    *,
    by: str,
    at: datetime,
) -> None:
    """Tell whoever asked, and of what the desk did by itself, the leads."""
    leads = select(Person.username).where(
        Person.role == Role.LEAD, Person.disabled_at.is_(None)
    )
    said = _FAILED.fill(number=number, zh=why.zh, en=why.en)
    if version is not None:
        said = _ISSUED.fill(number=number, version=version)
    tell(
        session,
        to=[by] if by else session.scalars(leads).all(),
        kind=Notice.DUTY_DUE,
        subject_ref=number,
        words=said,
        link="/reports",
        at=at,
    )


_ISSUED = Words(
    "{number} 第 {version} 版已出具并归档，请核对并送签。",
    "{number} version {version} was issued and archived: check it and have it signed.",
)
_FAILED = Words(
    "{number} 没有出具：{zh} 不会自动重试，请处理后在「报表」页重新出具。",
    "{number} was not issued: {en} It is not tried again by itself: put it right, then "
    "issue it again from the Reports page.",
)
_FELL = Words(
    "程序出错（{what}），详见日志；草稿和档案未改动。",
    "the program failed ({what}), see the log; the draft and the archive are as they were.",
)
_LOST = Words(
    "出具中断（进程结束或超时），草稿和档案未改动。",
    "printing was interrupted (its process ended); the draft and the archive are as they "
    "were.",
)
