"""Table I of the daily record: what was wrong, and what was done about it."""

from __future__ import annotations

from reports.documents.daily_record import DailyRecord, ItemLine
from reports.documents.daily_tables import column, verdict
from reports.documents.parts import Align, Cell, Grid, Heading, Part, Prose
from reports.documents.times import moment
from reports.documents.words import NOT_APPLICABLE, Words, joined

_ITEMS = (
    column("序号", "No.", 9, Align.CENTER),
    column("设备", "Device", 30),
    column("程度", "Level", 14, Align.CENTER),
    column("现象", "What was seen", 52),
    column("发现时间", "First seen", 23),
    column("影响", "Influence", 23),
    column("处理措施", "What was done", 58),
    column("关联单号", "Ticket", 16.5),
    column("状态", "State", 18.5),
    column("复检结果与时间", "Re-check", 23),
)


def item_parts(record: DailyRecord) -> tuple[Part, ...]:
    """Return table I; a day without abnormalities says so."""
    heading = Heading(text=Words("I 异常处理", "I Abnormalities and what was done"))
    if not record.items:
        nothing = Words(
            "本日各次巡检未发现异常或关注项。",
            "No round of this day found anything abnormal or worth attention.",
        )
        return (heading, Prose(text=nothing))
    rows = tuple(
        _item_row(number, item, record.zone)
        for number, item in enumerate(record.items, start=1)
    )
    return (heading, Grid(columns=_ITEMS, rows=rows, dense=True))


def _item_row(number: int, item: ItemLine, zone: str) -> tuple[Cell, ...]:
    rounds = joined(item.seen_in, "、", ", ")
    seen = joined((moment(item.first_seen, zone), rounds), "\n", "\n")
    recheck = item.recheck
    if item.recheck_at is not None:
        recheck = joined((recheck, moment(item.recheck_at, zone)), "\n", "\n")
    return (
        Cell(str(number)),
        Cell(item.server),
        verdict(item.severity),
        Cell(item.phenomenon),
        Cell(seen),
        Cell(item.influence or NOT_APPLICABLE),
        Cell(joined(item.handling, "\n", "\n") or NOT_APPLICABLE),
        Cell(item.ticket or NOT_APPLICABLE),
        Cell(item.state),
        Cell(recheck or NOT_APPLICABLE),
    )
