"""The chapter on the rounds: held, late, missed and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from itertools import groupby

from opsdesk.flows.month.findings import findings
from opsdesk.flows.month.material import HELD, SLOTS, Material
from opsdesk.flows.month.steps import Steps, steps, week
from opsdesk.flows.month.told import change, column, count, share
from opsdesk.inspections.models import Slot, Status
from opsdesk.inspections.paper_words import SLOTS as SLOT_WORDS
from opsdesk.inspections.paper_words import why
from opsdesk.inspections.queries.month import RoundRow
from reports.documents.charts import Chart, ChartKind, Series
from reports.documents.monthly import Paragraph, ReportSection, Table
from reports.documents.words import Text, Words

NO_RECORD = Words(
    "没有任何记录；原因未取得（没有登记）",
    "there is no record; the reason was not obtained (none was entered)",
)


class Slots:
    """The slots of a period that were due by the cut-off, and what became of each."""

    def __init__(
        self, m: Material, rows: list[RoundRow], days: tuple[date, ...]
    ) -> None:
        self.rows = {(r.day, r.slot): r for r in rows if r.slot in SLOTS}
        self.due = [
            (day, slot)
            for day in days
            for slot in SLOTS
            if _due(m, day, slot) <= m.cut_off
        ]
        found = [self.rows.get(key) for key in self.due]
        self.done = sum(r is not None and r.status in HELD for r in found)
        self.late = sum(r is not None and r.status in HELD and r.late for r in found)
        self.missed = sum(r is not None and r.status is Status.MISSED for r in found)
        self.unrecorded = sum(r is None for r in found)
        self.signed = sum(r is not None and r.status is Status.SIGNED for r in found)
        self.under_way = len(found) - self.done - self.missed - self.unrecorded

    @property
    def counts(self) -> tuple[int, ...]:
        return (
            len(self.due),
            self.done,
            self.late,
            self.missed,
            self.unrecorded,
            self.signed,
        )


_COUNTED = (
    Words("应巡检", "Due"),
    Words("完成", "Held"),
    Words("其中迟巡", "Late among these"),
    Words("登记为未巡检", "Missed"),
    Words("没有记录", "No record"),
    Words("已签名", "Signed"),
)


def _due(m: Material, day: date, slot: Slot) -> datetime:
    """Return when a slot is due; never, outside the contract."""
    if not m.in_contract(day):
        return datetime.max.replace(tzinfo=m.span.zone)
    times: dict[str, time] = dict(m.settings.inspections.slots)
    return datetime.combine(day, times[slot.value], m.span.zone)


def chapter(m: Material, figures: dict[str, float | None]) -> ReportSection:
    """Return the chapter; its figures are entered under "rounds."."""
    now = Slots(m, m.rounds, m.span.days)
    before = Slots(m, m.rounds_before, m.span.before.days) if m.before_known else None
    for name in ("done", "late", "missed", "unrecorded", "signed"):
        figures[f"rounds.{name}"] = getattr(now, name)
    figures["rounds.due"] = len(now.due)
    adhoc = sum(r.slot is Slot.ADHOC for r in m.rounds)
    figures["rounds.adhoc"] = adhoc
    return ReportSection(
        key="rounds",
        title=Words("日常巡检", "Rounds"),
        blocks=(
            _summary(now, adhoc),
            _counts(now, before),
            _missed(now),
            *_charts(m, now),
            _summed(m),
            *findings(m, figures),
        ),
    )


def _summary(now: Slots, adhoc: int) -> Paragraph:
    n = len(now.due)
    return Paragraph(
        text=Words(
            f"本期应巡检 {n} 次，完成 {now.done} 次（其中迟巡 {now.late} 次），"
            f"登记为未巡检 {now.missed} 次，没有任何记录 {now.unrecorded} 次，"
            f"完成率 {share(now.done, n)}；已签名 {now.signed} 次。另有临时巡检 {adhoc} 次。",
            f"{n} rounds were due and {now.done} held ({now.late} of them late); "
            f"{now.missed} are recorded as missed, {now.unrecorded} have no record: "
            f"{share(now.done, n)}. {now.signed} are signed. {adhoc} more were held ad hoc.",
        )
    )


def _counts(now: Slots, before: Slots | None) -> Table:
    former = before.counts if before else (None,) * len(_COUNTED)
    rows = zip(_COUNTED, now.counts, former, strict=True)
    return Table(
        title=Words("巡检完成情况与上期对比", "Rounds, and the period before"),
        columns=(
            column("项目", "Item", 4),
            column("本期", "This period", 2, right=True),
            column("上期", "Before", 2, right=True),
            column("增减", "Difference", 2, right=True),
        ),
        lines=tuple(
            (label, str(n), count(old), change(n, old)) for label, n, old in rows
        ),
        formula=Words(
            "应巡检＝截止时间前已到时点的早、中、晚时段；完成率＝完成÷应巡检；"
            "上期数据不完整时写「未取得」。",
            "due = morning, noon and evening slots that had come by the cut-off; share = "
            "held / due; where the period before is not wholly on record it says so.",
        ),
    )


def _charts(m: Material, now: Slots) -> tuple[Chart | Paragraph, ...]:
    """Return the chart; none where no round was held, as the table before it says."""
    if not now.done:
        return ()
    parts = steps(m.span)
    held: dict[int, Counter[str]] = {}
    for row in m.rounds:
        if row.slot in SLOTS and row.status in HELD:
            held.setdefault(parts.of[row.day], Counter()).update(row.counts)
    if not any(
        one[name] for one in held.values() for name in _STATES if name != "normal"
    ):
        return (Paragraph(text=_ALL_NORMAL),)
    return (_drawn(parts, held),)


def _drawn(parts: Steps, held: Mapping[int, Counter[str]]) -> Chart:
    return Chart(
        title=Words(
            f"{parts.each.zh}巡检结论", f"What the rounds of {parts.each.en} found"
        ),
        unit=Words("台次", "visits"),
        kind=ChartKind.STACKED,
        labels=parts.labels,
        series=tuple(
            Series(
                name=words,
                values=tuple(
                    float(held[n][name]) if n in held else None
                    for n in range(len(parts.labels))
                ),
            )
            for name, words in _STATES.items()
            if name != "normal"
        ),
        formula=Words(
            "早、中、晚完成的巡检中，非「正常」的设备台次；空白为全部正常或没有完成的巡检。",
            "devices of the scheduled rounds that were not normal; nothing is drawn "
            "where all were, or no round was held.",
        ),
    )


_ALL_NORMAL = Words(
    "本期完成的巡检中，没有非「正常」的设备台次。",
    "No device of the rounds that were held was other than normal.",
)


_STATES = {
    "normal": Words("正常", "normal"),
    "attention": Words("关注", "attention"),
    "abnormal": Words("异常", "abnormal"),
    "unreached": Words("未连通", "unreached"),
    "unknown": Words("未检", "not checked"),
}


def _missed(now: Slots) -> Table:
    return Table(
        title=Words("迟巡与缺检的原因", "Why rounds were late or missed"),
        columns=(
            column("日期", "Day", 2),
            column("时段", "Round", 1),
            column("状态", "State", 1),
            column("原因", "Why", 7.4),
        ),
        lines=tuple(_explained(now)),
        nothing=Words("本期没有迟巡和缺检。", "No round was late or missed."),
        formula=Words(
            "连续没有任何记录的时段合为一行。",
            "slots without any record that follow each other are one line.",
        ),
    )


def _explained(now: Slots) -> Iterator[tuple[Text, ...]]:
    """Yield a line for each slot that was late or missed; a gap is one line."""
    for recorded, keys in groupby(now.due, key=now.rows.__contains__):
        if not recorded:
            yield _gap(tuple(keys))
            continue
        for day, slot in keys:
            row = now.rows[day, slot]
            if row.status is Status.MISSED or row.late:
                state = _MISSED if row.status is Status.MISSED else _LATE
                yield f"{day:%m-%d}", SLOT_WORDS[slot], state, why(row.reason) or "/"


def _gap(keys: Sequence[tuple[date, Slot]]) -> tuple[Text, ...]:
    (first, slot), (last, _slot) = keys[0], keys[-1]
    if len(keys) == 1:
        return f"{first:%m-%d}", SLOT_WORDS[slot], _MISSED, NO_RECORD
    day = f"{first:%m-%d}" if first == last else f"{first:%m-%d} – {last:%m-%d}"
    slots = Words(f"{len(keys)} 次", f"{len(keys)} rounds")
    return day, slots, _MISSED, NO_RECORD


_MISSED, _LATE = Words("未巡检", "missed"), Words("迟巡", "late")


def _summed(m: Material) -> Table:
    """Return the rounds by week, of long periods by month."""
    parts = steps(m.span)
    by_month = parts.each.zh == "每月"
    grouped: dict[date, list[RoundRow]] = {}
    for row in m.rounds:
        if row.slot in SLOTS:
            key = row.day.replace(day=1) if by_month else week(m.span, row.day)
            grouped.setdefault(key, []).append(row)
    lines = []
    for rows in grouped.values():
        total: Counter[str] = Counter()
        for row in rows:
            total.update(row.counts if row.status in HELD else {})
        held = sum(row.status in HELD for row in rows)
        span = f"{min(r.day for r in rows):%m-%d} – {max(r.day for r in rows):%m-%d}"
        lines.append((span, str(held), *(str(total[name]) for name in _STATES)))
    return Table(
        title=Words("按月汇总", "By month")
        if by_month
        else Words("按周汇总", "By week"),
        columns=(
            column("日期", "Days", 3),
            column("完成", "Held", 1.4, right=True),
            *(column(w.zh, w.en, 1.6, right=True) for w in _STATES.values()),
        ),
        lines=tuple(lines),
        formula=Words(
            "完成的巡检中各结论的设备台次（一台设备一次巡检计 1 台次）。",
            "visits of held rounds by conclusion: a device in a round counts one.",
        ),
    )
