"""Why this deadline: in words, for the page and for the paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache

from opsdesk.tickets.promises.calendar import DAY, Calendar, Policy, Stop
from opsdesk.tickets.promises.promise import Reading, Run, State
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
    reading: Reading, calendar: Calendar, run: Run, due: datetime
) -> tuple[Words, ...]:
    """Return why a clock reads as it does; `due` is its deadline had nothing paused."""
    return tuple(_lines(reading, calendar, run, due))


def _lines(
    reading: Reading, calendar: Calendar, run: Run, due: datetime
) -> Iterator[Words]:
    start = run.stretches[0].since
    yield _counted(reading, calendar, start)
    end = max(reading.deadline, run.stretches[-1].until)
    if calendar.policy is not Policy.ALWAYS and end > start:
        yield from _left_out(calendar, *calendar.days(start, end))
    for states, words in _NOT_COUNTED:
        length = _spent(calendar, run, states)
        if length:
            said = duration(length)
            yield words.fill(zh=said.zh, en=said.en)
    if reading.literal != due:
        yield _CUTOFF.fill(at=stamp(calendar.zone, reading.literal))
    if years := calendar.provisional(start, end):
        yield _PROVISIONAL.fill(years="、".join(map(str, years)))
    policy = POLICIES[calendar.policy]
    versions = "、".join(calendar.versions(start, end))
    words = _POLICY if versions else _POLICY_ALONE
    yield words.fill(zh=policy.zh, en=policy.en, versions=versions)


def _counted(reading: Reading, calendar: Calendar, start: datetime) -> Words:
    ran, budget = duration(reading.elapsed), duration(reading.budget)
    return _COUNTED.fill(
        since=stamp(calendar.zone, start),
        zh=ran.zh,
        en=ran.en,
        budget_zh=budget.zh,
        budget_en=budget.en,
        due=stamp(calendar.zone, reading.deadline),
    )


@lru_cache(maxsize=256)
def _left_out(calendar: Calendar, first: date, last: date) -> tuple[Words, ...]:
    """Say which days do not count; one answer a day for all that began on a day."""
    stops = calendar.stops_of(first, last)
    runs: list[list[Stop]] = []
    for stop in stops:
        if runs and stop.day - runs[-1][-1].day == DAY:
            runs[-1].append(stop)
        else:
            runs.append([stop])
    said = "、".join(_span(run) for run in runs)
    return (_LEFT_OUT.fill(days=said),) if said else ()


def _span(run: Sequence[Stop]) -> str:
    first, last = run[0], run[-1]
    days = f"{first.day:%m-%d}"
    if last is not first:
        days += f"～{last.day:%m-%d}"
    return f"{days} {first.name}"


def _spent(calendar: Calendar, run: Run, states: frozenset[State]) -> timedelta:
    """Return the service time that a clock spent in some states."""
    parts = [one for one in run.stretches if one.state in states]
    lengths = (calendar.elapsed(one.since, one.until) for one in parts)
    return sum(lengths, timedelta())


def duration(length: timedelta) -> Words:
    """Return a length in words, to the minute: 2 小时 15 分."""
    minutes = int(abs(length).total_seconds()) // _MINUTE
    hours, rest = divmod(minutes, _HOUR)
    if not hours:
        return Words(f"{rest} 分", f"{rest} min")
    if not rest:
        return Words(f"{hours} 小时", f"{hours} h")
    return Words(f"{hours} 小时 {rest} 分", f"{hours} h {rest} min")


def stamp(zone: tzinfo, moment: datetime) -> str:
    """Return a local moment; midnight is the end of the day before."""
    local = moment.astimezone(zone)
    if local.hour == local.minute == local.second == 0:
        return f"{local - DAY:%Y-%m-%d} 24:00"
    return f"{local:%Y-%m-%d %H:%M}"


_COUNTED = Words(
    "自 {since} 起计时 {zh}，时限 {budget_zh}，至 {due}",
    "{en} counted since {since}, of {budget_en}, until {due}",
)
_LEFT_OUT = Words("{days} 不计", "{days} not counted")
_PAUSED = Words("等待甲方 {zh} 不计", "{en} waiting for the customer not counted")
_SOLVED = Words(
    "解决后至重新打开 {zh} 不计", "{en} from the fix to its reopening not counted"
)
_NOT_COUNTED = (
    (frozenset({State.PAUSED}), _PAUSED),
    (frozenset({State.MET, State.STOPPED}), _SOLVED),
)
_CUTOFF = Words(
    "按当日截止时刻顺延；合同字面时限为 {at}",
    "moved on by the daily cut-off; by the contract's words it is {at}",
)
_POLICY = Words(
    "口径：{zh}；节假日表 {versions}", "Policy: {en}; holiday tables {versions}"
)
_POLICY_ALONE = Words("口径：{zh}", "Policy: {en}")
_PROVISIONAL = Words(
    "{years} 年的节假日表是暂定的，放假通知收录后时限可能变动",
    "the table of {years} is provisional: the deadline may move when its notice is in",
)
