"""Table I of the daily record: what was wrong, what was done, what became of it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from opsdesk.inspections.paper_words import MARKS, SLOTS, paper_words
from opsdesk.inspections.summary import AbnormalItem, DayChange, DaySummary
from probes.finding import Severity, State
from reports.documents.daily_record import ItemLine, Mark
from reports.documents.words import NOT_APPLICABLE, Text, Words

_LEVELS = {
    Severity.CRITICAL: Mark.ABNORMAL,
    Severity.WARNING: Mark.ATTENTION,
    None: Mark.UNREACHED,
}


def item_lines(summary: DaySummary) -> tuple[ItemLine, ...]:
    """Return every abnormality of the day."""
    zone = ZoneInfo(summary.zone)
    return tuple(_item(item, zone) for item in summary.items)


def _item(item: AbnormalItem, zone: ZoneInfo) -> ItemLine:
    recheck, at = _recheck(item)
    return ItemLine(
        server=item.server,
        phenomenon=paper_words(item.message),
        severity=_LEVELS[item.severity],
        first_seen=item.first_seen,
        seen_in=tuple(SLOTS[slot] for slot in item.seen_in),
        influence=NOT_APPLICABLE,
        handling=_handling(item, zone),
        ticket=item.ticket,
        state=_state(item),
        recheck=recheck,
        recheck_at=item.recheck_at if at else None,
        carried=item.standing,
    )


def _handling(item: AbnormalItem, zone: ZoneInfo) -> tuple[Text, ...]:
    lines: list[Text] = []
    for note in item.explanations:
        slot, at = SLOTS[note.slot], f"{note.at.astimezone(zone):%H:%M}"
        lines.append(
            Words(
                f"{slot.zh} {note.by} {at}：{note.text}",
                f"{slot.en}, {note.by} {at}: {note.text}",
            )
        )
    known = item.acknowledgement
    if known is not None:
        until = f"{known.until.astimezone(zone):%Y-%m-%d %H:%M}"
        lines.append(
            Words(
                f"{known.by} 已确认，{until} 前暂不处理：{known.reason}",
                f"acknowledged by {known.by} until {until}: {known.reason}",
            )
        )
    if item.muted == "maintenance":
        lines.append(Words("在维护时间窗内", "within a maintenance window"))
    return tuple(lines)


def _state(item: AbnormalItem) -> Words:
    if not item.standing:
        return Words("已恢复", "gone")
    if item.acknowledgement is not None:
        return Words("已确认，暂留", "acknowledged")
    if item.explanations:
        return Words("已说明，未消除", "explained, still there")
    return Words("待处理", "to be handled")


def _recheck(item: AbnormalItem) -> tuple[Text, bool]:
    if item.recheck is None:
        return Words("未复检", "not re-checked"), False
    if item.recheck is State.NORMAL:
        return Words("已恢复正常", "normal again"), True
    if item.recheck in {State.UNREACHED, State.UNKNOWN}:
        return MARKS[item.recheck].words, True
    return Words("仍存在", "still there"), True


def change_lines(summary: DaySummary) -> tuple[Text, ...]:
    """Return what differs from the last round of an earlier day, line by line."""
    return tuple(map(_change, summary.changes))


def _change(change: DayChange) -> Words:
    before, after = MARKS[change.before].words, MARKS[change.after].words
    why = change.message
    zh = f"{change.server}：{before.zh} → {after.zh}"
    en = f"{change.server}: {before.en} → {after.en}"
    if why is None:
        return Words(zh, en)
    return Words(f"{zh}（{why.zh}）", f"{en} ({why.en})")
