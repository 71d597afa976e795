"""What the papers of runs are made of: a case, words, durations, cells, tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from opsdesk.core.settings import Settings
from opsdesk.flows.ladder_ledger import Delivered
from opsdesk.responses.views import (
    RunView,
)
from probes import finding
from reports.documents.daily_record import TableColumn
from reports.documents.parts import Align
from reports.documents.record_form import (
    Answer,
    Answers,
    Listing,
)
from reports.documents.times import moment
from reports.documents.words import NOT_APPLICABLE, Text, Words
from runbooks.plan import Clock, Title

_DAY = 24 * 60  # minutes
Said = finding.Words | Title


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One run and what its paper is written with."""

    run: RunView
    settings: Settings
    names: Mapping[str, str]  # user name -> name
    deliveries: tuple[Delivered, ...] = ()

    @property
    def zone(self) -> str:
        return str(self.settings.desk.timezone)

    def at(self, when: datetime | None) -> str:
        return moment(when, self.zone)

    def called(self, username: str) -> str:
        return self.names.get(username, username) or NOT_APPLICABLE

    def everyone(self, usernames: Iterable[str]) -> str:
        return "、".join(self.called(name) for name in usernames) or NOT_APPLICABLE


def words(said: Said | None) -> Text:
    """Return a text of the desk or of a plan as paper says it; 「/」 for none."""
    return Words(said.zh, said.en) if said is not None else NOT_APPLICABLE


def lasting(span: timedelta | None) -> Text:
    """Return a duration in hours and minutes: 2 小时 15 分; whole days as days."""
    if span is None:
        return NOT_APPLICABLE
    minutes = round(span.total_seconds() / 60)
    sign = "-" if minutes < 0 else ""
    days, rest = divmod(abs(minutes), _DAY)
    if days and not rest:
        return Words(f"{sign}{days} 天", f"{sign}{days} d")
    hours, rest = divmod(abs(minutes), 60)
    zh = (f"{hours} 小时" if hours else "", f"{rest} 分" if rest or not hours else "")
    en = (f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else "")
    return Words(
        f"{sign}{' '.join(filter(None, zh))}", f"{sign}{' '.join(filter(None, en))}"
    )


def answer(zh: str, en: str, value: Text, *, wide: bool = False) -> Answer:
    """Return a labelled cell; nothing is 「/」."""
    return Answer(label=Words(zh, en), value=value or NOT_APPLICABLE, wide=wide)


def col(zh: str, en: str, share: float, align: Align = Align.LEFT) -> TableColumn:
    """Return a column of a table."""
    return TableColumn(title=Words(zh, en), share=share, align=align)


def listing(
    title: Words,
    columns: Iterable[TableColumn],
    lines: Iterable[tuple[Text, ...]],
) -> Listing:
    """Return a table; an empty cell of it is 「/」."""
    return Listing(
        title=title,
        columns=tuple(columns),
        lines=tuple(tuple(cell or NOT_APPLICABLE for cell in line) for line in lines),
    )


def moment_of(run: RunView, clock: Clock) -> datetime | None:
    """Return when a moment was, or None."""
    return next((one.moment for one in run.clocks if one.clock is clock), None)


def answers(*cells: Answer) -> Answers:
    """Return labelled cells."""
    return Answers(answers=cells)
