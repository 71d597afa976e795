"""What is wrong with a roster, said before the day it would hurt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from opsdesk.people.roster.models import LeaveState, Post
from opsdesk.people.roster.queries import DutyRow, LeaveRow, duties, leaves
from opsdesk.people.roster.shifts import Turn
from probes.finding import Words

ON_SITE = 2
LONGEST = timedelta(hours=12)
DAY = timedelta(days=1)

Key = tuple[date, str]


class Rule(StrEnum):
    """What a flaw is about."""

    GAP = "gap"
    FEW = "few"
    LONG = "long"
    PHONE = "phone"
    AWAY = "away"
    DISABLED = "disabled"
    TWICE = "twice"
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing wrong with one shift of one day."""

    rule: Rule
    day: date
    shift: str
    words: Words


def lint(
    session: Session, turns: Sequence[Turn], *, holidays: Collection[date] = ()
) -> tuple[Flaw, ...]:
    """Return what is wrong with the roster of some shifts, by day.

    A run of duties is followed over the edges, a day to each side.
    """
    if not turns:
        return ()
    first, last = turns[0].day, turns[-1].day
    rows = duties(session, first - DAY, last + DAY)
    granted = leaves(session, first, last + DAY, states=(LeaveState.GRANTED,))
    found = flaws(turns, rows, granted, holidays)
    asked = {one.day for one in turns}
    return tuple(one for one in found if one.day in asked)


def flaws(
    turns: Sequence[Turn],
    rows: Sequence[DutyRow],
    granted: Sequence[LeaveRow],
    holidays: Collection[date],
) -> tuple[Flaw, ...]:
    """Return what is wrong with rows already read."""
    crews: dict[Key, list[DutyRow]] = defaultdict(list)
    for row in rows:
        crews[row.day, row.shift].append(row)
    found = [
        *_crewing(turns, crews, holidays),
        *_persons(rows, granted),
        *_twice(crews),
        *_too_long(rows),
    ]
    return tuple(sorted(found, key=lambda flaw: (flaw.day, flaw.shift, flaw.rule)))


def _crewing(
    turns: Sequence[Turn],
    crews: Mapping[Key, list[DutyRow]],
    holidays: Collection[date],
) -> Iterator[Flaw]:
    for one in turns:
        crew = crews.get((one.day, one.shift), [])
        posts = {row.post for row in crew}
        if Post.PRIMARY not in posts:
            yield Flaw(Rule.GAP, one.day, one.shift, _GAP)
        elif len({row.person_id for row in crew if row.on_site}) < ON_SITE:
            yield Flaw(Rule.FEW, one.day, one.shift, _FEW)
        if one.day in holidays and posts and posts != set(Post):
            yield Flaw(Rule.HOLIDAY, one.day, one.shift, _HOLIDAY)


def _persons(rows: Sequence[DutyRow], granted: Sequence[LeaveRow]) -> Iterator[Flaw]:
    for row in rows:
        if not row.phone:
            yield _of(row, Rule.PHONE, _PHONE)
        if row.disabled:
            yield _of(row, Rule.DISABLED, _DISABLED)
        if any(
            leave.person_id == row.person_id and leave.first <= row.day <= leave.last
            for leave in granted
        ):
            yield _of(row, Rule.AWAY, _AWAY)


def _twice(crews: Mapping[Key, list[DutyRow]]) -> Iterator[Flaw]:
    for crew in crews.values():
        seen: set[int] = set()
        for row in crew:
            if row.person_id in seen:
                yield _of(row, Rule.TWICE, _TWICE)
            seen.add(row.person_id)


def _too_long(rows: Sequence[DutyRow]) -> Iterator[Flaw]:
    """Find runs without a break; the leader is on call, not on post."""
    own: dict[int, list[DutyRow]] = defaultdict(list)
    for row in rows:
        if row.post is not Post.LEADER:
            own[row.person_id].append(row)
    for mine in own.values():
        began = ended = None
        for row in sorted(mine, key=lambda one: one.starts_at):
            if began is None or ended is None or row.starts_at > ended:
                began, ended = row.starts_at, row.ends_at
            else:
                ended = max(ended, row.ends_at)
            if ended - began > LONGEST:
                hours = round((ended - began).total_seconds() / 3600, 1)
                yield _of(row, Rule.LONG, _LONG.fill(hours=f"{hours:g}"))


def _of(row: DutyRow, rule: Rule, words: Words) -> Flaw:
    filled = words.fill(name=row.name) if "{name}" in words.zh else words
    return Flaw(rule, row.day, row.shift, filled)


_GAP = Words("没有主班", "nobody has the primary post")
_FEW = Words("现场不足两人", "fewer than two people on site")
_HOLIDAY = Words(
    "法定节假日要有主班、备班和带班",
    "a statutory holiday needs primary, backup and leader",
)
_PHONE = Words("{name} 没有登记电话", "{name} has no phone number")
_DISABLED = Words("{name} 的账号已停用", "the account of {name} is disabled")
_AWAY = Words("{name} 请假", "{name} is on leave")
_TWICE = Words("{name} 在同一班里排了两次", "{name} stands twice in one shift")
_LONG = Words(
    "{{name}} 连续值守 {hours} 小时", "{{name}} is on duty {hours} h in a row"
)
