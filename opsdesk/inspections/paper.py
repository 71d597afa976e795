"""A day's summary as the daily record: what the paper says, word by word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from opsdesk.inspections.models import Slot, Status
from opsdesk.inspections.paper_figures import figures_of, system_of
from opsdesk.inspections.paper_items import change_lines, item_lines
from opsdesk.inspections.paper_tables import further_tables
from opsdesk.inspections.paper_words import MARKS, OUTCOMES, SLOTS, paper_words, why
from opsdesk.inspections.summary import (
    DaySummary,
    ReplySummary,
    RoundSummary,
    ServerDay,
    Signed,
    VisitSummary,
)
from probes import catalogue
from probes.finding import State
from probes.reply import GAPS, ReplyStatus
from probes.server import Expectations
from probes.transcript import Outcome
from reports.documents.daily_record import (
    DailyRecord,
    Figures,
    Mark,
    RoundLine,
    RoundState,
    ServerLine,
    Signature,
    Tally,
)
from reports.documents.parts import Frame
from reports.documents.words import NOT_OBTAINED, Text, Words, joined

_HELD = frozenset({Status.JUDGED, Status.REVIEWED, Status.SIGNED})
_HEARD = frozenset({Outcome.ANSWERED, Outcome.PARTIAL, Outcome.TRUNCATED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What the paper needs besides the day itself."""

    frame: Frame
    at: datetime
    times: Mapping[Slot, time]  # when the day's slots are due, local
    expect: Mapping[str, Expectations] = field(default_factory=dict)  # by server
    demo: bool = False


_NOTHING_EXPECTED = Expectations()


def number_of(day: date) -> str:
    """Return the form number of a day's record, WRY-XJ-20261122."""
    return f"WRY-XJ-{day:%Y%m%d}"


def daily_record(summary: DaySummary, occasion: Occasion) -> DailyRecord:
    """Return the day's record, without an issue: whoever archives it adds that."""
    shown = _shown(summary)
    return DailyRecord(
        frame=occasion.frame,
        number=number_of(summary.day),
        day=summary.day,
        zone=summary.zone,
        rounds=tuple(
            replace(_round(row, summary, occasion), shown=row in shown)
            for row in summary.rounds
        ),
        servers=tuple(_server(one, shown, occasion) for one in summary.servers),
        tables=further_tables(summary, shown),
        items=item_lines(summary),
        gaps=tuple(_gaps(summary)),
        changes=change_lines(summary),
        compared_with=summary.compared_with,
        reviewer=_signature(summary.reviewer),
        demo=occasion.demo,
    )


def _shown(summary: DaySummary) -> tuple[RoundSummary, ...]:
    """Return the rounds with a column: the day's slots, and the last ad-hoc one."""
    extra = [row for row in summary.rounds if row.slot is Slot.ADHOC]
    slots = tuple(row for row in summary.rounds if row.slot is not Slot.ADHOC)
    return (*slots, *(row for row in extra[-1:] if row.status in _HELD))


def _signature(signed: Signed | None) -> Signature | None:
    if signed is None:
        return None
    return Signature(
        name=signed.name,
        at=signed.at,
        snapshot_sha256=signed.snapshot_sha256,
        opinion=signed.opinion,
    )


def _round(row: RoundSummary, summary: DaySummary, occasion: Occasion) -> RoundLine:
    due = _due(row, summary, occasion)
    lost = not row.number and due is not None and due < occasion.at
    reason = why(row.reason, row.suspect)
    if lost and not reason:
        reason = Words(
            "没有这次巡检的任何记录，运维台当时没有运行",
            "there is no record of this round; the desk was not running",
        )
    return RoundLine(
        label=SLOTS[row.slot],
        state=RoundState.MISSED if lost else _state(row),
        number=row.number,
        due=due,
        started=row.started_at,
        ended=row.ended_at,
        reason=reason,
        tally=_tally(summary, row) if row.status in _HELD else None,
        inspector=_signature(row.inspector),
        scheduled=row.slot is not Slot.ADHOC,
        asked_by=row.asked_by if row.slot is Slot.ADHOC else "",
    )


def _due(row: RoundSummary, summary: DaySummary, occasion: Occasion) -> datetime | None:
    at = occasion.times.get(row.slot)
    if row.due_at is not None or at is None:
        return None if row.slot is Slot.ADHOC else row.due_at
    return datetime.combine(summary.day, at, ZoneInfo(summary.zone))


def _state(row: RoundSummary) -> RoundState:
    match row.status:
        case Status.DUE:
            return RoundState.DUE
        case Status.RUNNING:
            return RoundState.RUNNING
        case Status.MISSED:
            return RoundState.MISSED
        case Status.JUDGED | Status.REVIEWED | Status.SIGNED:
            return RoundState.LATE if row.late else RoundState.DONE


def _tally(summary: DaySummary, row: RoundSummary) -> Tally:
    """Count every configured device; one a scheduled round did not ask is unknown."""
    visits = [visit_in(one, row) for one in summary.servers]
    states = [
        State.UNKNOWN if visit is None else visit.state
        for visit in visits
        if visit is not None or row.slot is not Slot.ADHOC
    ]
    return Tally(**{state.value: states.count(state) for state in State})


def visit_in(server: ServerDay, row: RoundSummary) -> VisitSummary | None:
    """Return a server's visit in a round, or None: it was not asked."""
    found = (visit for visit in server.visits if visit.round_number == row.number)
    return next(found, None) if row.number else None


def _server(
    server: ServerDay, shown: Sequence[RoundSummary], occasion: Occasion
) -> ServerLine:
    visits = [visit_in(server, row) for row in shown]
    figures = tuple(_figures(visit) for visit in visits)
    last = _last_asked(visits, shown)
    latest = last if last is not None and figures[last] is not None else None
    visit = visits[latest] if latest is not None else None
    system = system_of(visit, occasion.expect.get(server.name, _NOTHING_EXPECTED))
    return ServerLine(
        name=server.name,
        kind=paper_words(server.kind.words),
        zone=server.zone,
        address=server.address,
        system=system.name,
        uptime_days=system.uptime_days,
        processes=system.processes,
        ports=system.ports,
        marks=tuple(MARKS[visit.state] if visit else Mark.UNKNOWN for visit in visits),
        figures=figures,
        latest=latest,
        gap="" if latest is not None else _gap(visits, shown, last),
    )


def _last_asked(
    visits: Sequence[VisitSummary | None], shown: Sequence[RoundSummary]
) -> int | None:
    """Return the column of the latest round that asked a device."""
    asked = [
        (row.started_at.timestamp() if row.started_at else 0.0, place)
        for place, (visit, row) in enumerate(zip(visits, shown, strict=True))
        if visit and visit.outcome
    ]
    return max(asked)[1] if asked else None


def _figures(visit: VisitSummary | None) -> Figures | None:
    if visit is None or visit.outcome not in _HEARD:
        return None
    return figures_of(visit)


def _gap(
    visits: Sequence[VisitSummary | None],
    shown: Sequence[RoundSummary],
    last: int | None,
) -> Text:
    """Return why the big table has no figures for a device."""
    if last is None:
        return Words("未检：本日没有巡检到这台设备", "not checked on this day")
    visit = visits[last]
    if visit is not None and visit.outcome in _HEARD:
        return Words(
            "以拨测方式巡检，没有登录外壳；指标见 B 至 F 表",
            "checked from outside, it has no shell; its figures are in tables B to F",
        )
    label = SLOTS[shown[last].slot]
    why = outcome_words(visit)
    return Words(
        f"{NOT_OBTAINED.zh}：{label.zh} {why.zh}",
        f"{NOT_OBTAINED.en}: {label.en}, {why.en}",
    )


def outcome_words(visit: VisitSummary | None) -> Words:
    """Return what became of a visit, with its technical detail."""
    if visit is None or visit.outcome is None:
        return Words("没有询问", "not asked")
    words = OUTCOMES[visit.outcome]
    detail = visit.detail[:200]
    if not detail:
        return words
    return Words(f"{words.zh}（{detail}）", f"{words.en} ({detail})")


def _gaps(summary: DaySummary) -> Iterable[Text]:
    """Yield why something was not obtained, device by device and round by round."""
    rounds = [row for row in summary.rounds if row.status in _HELD]
    for server in summary.servers:
        for row in rounds:
            visit = visit_in(server, row)
            if visit is None and row.slot is Slot.ADHOC:
                continue
            if visit is not None and visit.outcome in _HEARD:
                yield from _missing(server, row, visit)
                continue
            yield _line(server, row, outcome_words(visit))


def _missing(
    server: ServerDay, row: RoundSummary, visit: VisitSummary
) -> Iterable[Text]:
    replies = [
        reply
        for reply in visit.replies
        if reply.status in GAPS or reply.status is ReplyStatus.DENIED
    ]
    if not replies:
        return
    names = tuple(map(_unread, replies))
    text = joined(names, "、", ", ")
    zh = text if isinstance(text, str) else text.zh
    en = text if isinstance(text, str) else text.en
    yield _line(
        server,
        row,
        Words(f"{NOT_OBTAINED.zh} {zh}", f"{NOT_OBTAINED.en} {en}"),
    )


def _unread(reply: ReplySummary) -> Words:
    name, _, subject = reply.probe.partition(" ")
    probe = catalogue.by_name(name)
    title = Words(name, name) if probe is None else paper_words(probe.title)
    where = subject or reply.subject
    why = reply.reason[:80] or reply.status.value
    return Words(
        f"{title.zh}{where}（{why}）", f"{title.en}{' ' * bool(where)}{where} ({why})"
    )


def _line(server: ServerDay, row: RoundSummary, words: Words) -> Words:
    label = SLOTS[row.slot]
    return Words(
        f"{server.name} {label.zh}：{words.zh}", f"{server.name} {label.en}: {words.en}"
    )
