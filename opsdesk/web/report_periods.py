"""The periods that the list of reports shows: months, years, and those people chose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from opsdesk.archive import queries as documents
from opsdesk.archive.queries import DocumentView
from opsdesk.core.language import RefusedInWords
from opsdesk.core.settings import Settings
from opsdesk.flows.month.material import KIND, number_of
from opsdesk.inspections.queries.month import known_since
from opsdesk.reporting import span
from opsdesk.reporting.models import Order
from opsdesk.reporting.queries import drafts
from probes.finding import Words

MONTHS, YEARS, OTHERS = 12, 5, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A period in the list, with its issued report and its order."""

    span: span.Span
    label: Words
    paper: DocumentView | None
    order: Order | None


def months(session: Session, settings: Settings, today: date) -> Iterator[Listed]:
    """Yield the last months since the contract or the first round, latest first."""
    began = (settings.contract.start, known_since(session))
    first = min((day for day in began if day is not None), default=date.min)
    one = span.month(today.year, today.month, settings.desk.timezone)
    for turn in range(MONTHS):
        if turn and one.last < first:
            return
        label = f"{one.first:%Y-%m}"
        yield _listed(session, settings, one, Words(label, label))
        one = one.before


def years(session: Session, settings: Settings, today: date) -> Iterator[Listed]:
    """Yield the years since the contract or the first round, the present one first."""
    began = (settings.contract.start, known_since(session), today)
    first = min(day.year for day in began if day is not None)
    for number in range(today.year, max(first, today.year - YEARS + 1) - 1, -1):
        one = span.year(number, settings.desk.timezone)
        yield _listed(session, settings, one, one.words)


def others(session: Session, settings: Settings) -> Iterator[Listed]:
    """Yield the other periods that were written about, ordered or issued."""
    for code in _codes(session, settings)[:OTHERS]:
        try:
            one = span.parse(code, settings.desk.timezone)
        except (ValueError, RefusedInWords):
            continue  # the number of another prefix, or of a rule that was
        yield _listed(session, settings, one, one.words)


def _codes(session: Session, settings: Settings) -> list[str]:
    """Return the codes of chosen periods, the latest period first."""
    issued = documents.issued(session, documents.Sought(kind=KIND))
    numbers = {one.number for one in issued} | {*drafts.numbers(session)}
    prefix = number_of(settings, span.month(2000, 1, settings.desk.timezone))[:-6]
    codes = {number.removeprefix(prefix) for number in numbers}
    return sorted((code for code in codes if "-" in code), reverse=True)


def _listed(
    session: Session, settings: Settings, one: span.Span, label: Words
) -> Listed:
    number = number_of(settings, one)
    return Listed(
        span=one,
        label=label,
        paper=documents.current(session, number),
        order=drafts.last_order(session, number),
    )


def asked(first: str, last: str, settings: Settings) -> span.Span:
    """Return the period between two days of a form. Raises Refused."""
    try:
        days = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError as error:
        raise RefusedInWords(_NO_DAYS) from error
    return span.between(*days, settings.desk.timezone)


_NO_DAYS = Words(
    "请填写开始与结束日期（例如 2026-10-05 与 2026-10-11）；没有生成任何文件。",
    "Give the first and the last day (such as 2026-10-05 and 2026-10-11); nothing was "
    "made.",
)
