"""Why this deadline: in words, for the page and for the paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from opsdesk.tickets.promises.calendar import DAY, Calendar, Policy, Stop
from opsdesk.tickets.promises.promise import Reading
from probes.finding import Words

POLICIES = {
    Policy.LEGAL_DAYS: Words(
        "只扣法定节假日当天", "only statutory holidays are left out"
    ),
    Policy.REST_BLOCK: Words(
        "扣放假通知中的全部放假日", "every day off of the year's notice is left out"
    ),
    Policy.ALWAYS: Words("从不停止计时", "the clock never stops"),
}
_MINUTE, _HOUR = 60, 60


def explain(
    reading: Reading,
    calendar: Calendar,
    start: datetime,
    spans: Sequence[tuple[datetime, datetime]],
) -> Reading:
    """Return the reading with its explanation."""
    lines = tuple(_lines(reading, calendar, start, spans))
    return replace(reading, explanation=lines)


def _lines(
    reading: Reading,
    calendar: Calendar,
    start: datetime,
    spans: Sequence[tuple[datetime, datetime]],
) -> Iterator[Words]:
    yield _counted(reading, calendar, start)
    end = max(reading.deadline, spans[-1][1])
    stops = calendar.stops(start, end)
    if stops:
        yield _left_out(stops)
    paused = _paused(calendar, spans, end if reading.met_at is None else spans[-1][1])
    if paused:
        length = duration(paused)
        yield _PAUSED.fill(zh=length.zh, en=length.en)
    if reading.literal != reading.deadline and not paused:
        yield _CUTOFF.fill(at=_stamp(calendar, reading.literal))
    policy = POLICIES[calendar.policy]
    versions = "、".join(calendar.versions(start, end)) or "/"
    yield _POLICY.fill(zh=policy.zh, en=policy.en, versions=versions)


def _counted(reading: Reading, calendar: Calendar, start: datetime) -> Words:
    ran, budget = duration(reading.elapsed), duration(reading.budget)
    return _COUNTED.fill(
        since=_stamp(calendar, start),
        zh=ran.zh,
        en=ran.en,
        budget_zh=budget.zh,
        budget_en=budget.en,
        due=_stamp(calendar, reading.deadline),
    )


def _left_out(stops: Sequence[Stop]) -> Words:
    runs: list[list[Stop]] = []
    for stop in stops:
        if runs and stop.day - runs[-1][-1].day == DAY:
            runs[-1].append(stop)
        else:
            runs.append([stop])
    said = "、".join(_span(run) for run in runs)
    return _LEFT_OUT.fill(days=said)


def _span(run: Sequence[Stop]) -> str:
    first, last = run[0], run[-1]
    days = f"{first.day:%m-%d}"
    if last is not first:
        days += f"～{last.day:%m-%d}"
    return f"{days} {first.name}"


def _paused(
    calendar: Calendar, spans: Sequence[tuple[datetime, datetime]], end: datetime
) -> timedelta:
    """Return the service time between the spans in which the clock ran."""
    edges = [*spans, (end, end)] if spans[-1][1] < end else list(spans)
    inner = [(one[1], two[0]) for one, two in pairwise(edges) if two[0] > one[1]]
    if spans[-1][1] < end:
        inner = inner[:-1]
    return sum((calendar.elapsed(*gap) for gap in inner), timedelta())


def duration(length: timedelta) -> Words:
    """Return a length in words, to the minute: 2 小时 15 分."""
    minutes = int(abs(length).total_seconds()) // _MINUTE
    hours, rest = divmod(minutes, _HOUR)
    if not hours:
        return Words(f"{rest} 分", f"{rest} min")
    if not rest:
        return Words(f"{hours} 小时", f"{hours} h")
    return Words(f"{hours} 小时 {rest} 分", f"{hours} h {rest} min")


def _stamp(calendar: Calendar, moment: datetime) -> str:
    """Return a local moment; midnight is the end of the day before."""
    local = moment.astimezone(calendar.zone)
    if local.hour == local.minute == local.second == 0:
        return f"{local - DAY:%Y-%m-%d} 24:00"
    return f"{local:%Y-%m-%d %H:%M}"


_COUNTED = Words(
    "自 {since} 起计时 {zh}，时限 {budget_zh}，至 {due}",
    "{en} counted since {since}, of {budget_en}, until {due}",
)
_LEFT_OUT = Words("{days} 不计", "{days} not counted")
_PAUSED = Words("等待甲方 {zh} 不计", "{en} waiting for the customer not counted")
_CUTOFF = Words(
    "按当日截止时刻顺延；合同字面时限为 {at}",
    "moved on by the daily cut-off; by the contract's words it is {at}",
)
_POLICY = Words(
    "口径：{zh}；节假日表 {versions}", "Policy: {en}; holiday tables {versions}"
)
