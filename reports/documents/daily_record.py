"""The daily inspection record (日常巡检记录): what it holds, ready to print.

Figures are texts, as printed: whoever builds the record decided what is 「/」 and what
is 未取得, and no template can turn a gap into a zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from reports.documents.parts import Align, Frame, Issue
from reports.documents.words import NOT_OBTAINED, Text, Words


class Mark(StrEnum):
    """The conclusion about one device in one round."""

    NORMAL = "normal"
    ATTENTION = "attention"
    ABNORMAL = "abnormal"
    UNREACHED = "unreached"
    UNKNOWN = "unknown"

    @property
    def words(self) -> Words:
        return _MARKS[self]


_MARKS = {
    Mark.NORMAL: Words("正常", "normal"),
    Mark.ATTENTION: Words("关注", "attention"),
    Mark.ABNORMAL: Words("异常", "abnormal"),
    Mark.UNREACHED: Words("未连通", "unreached"),
    Mark.UNKNOWN: Words("未检", "not checked"),
}


class RoundState(StrEnum):
    """What became of a round, as the paper says it."""

    DONE = "done"
    LATE = "late"
    RUNNING = "running"
    MISSED = "missed"
    DUE = "due"

    @property
    def words(self) -> Words:
        return _STATES[self]


_STATES = {
    RoundState.DONE: Words("已完成", "done"),
    RoundState.LATE: Words("补巡完成", "done late"),
    RoundState.RUNNING: Words("进行中", "running"),
    RoundState.MISSED: Words("未巡检", "missed"),
    RoundState.DUE: Words("未到时间", "not yet due"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A name given in the desk with the password, and what it was given for."""

    name: str
    at: datetime
    snapshot_sha256: str
    opinion: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many devices of a round stood where."""

    normal: int
    attention: int
    abnormal: int
    unreached: int
    unknown: int

    @property
    def total(self) -> int:
        counts = (self.normal, self.attention, self.abnormal)
        return sum(counts) + self.unreached + self.unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundLine:
    """One of the day's rounds. `tally` is None where no round was held."""

    label: Words  # 早, 中, 晚, 临时
    state: RoundState
    number: str = ""
    due: datetime | None = None
    started: datetime | None = None
    ended: datetime | None = None
    reason: Text = ""  # why late or missed, why suspect
    tally: Tally | None = None
    inspector: Signature | None = None
    scheduled: bool = True  # False: an ad-hoc round
    asked_by: Text = ""  # who asked for an ad-hoc round
    shown: bool = True  # has a column in the tables


def signed_rounds(rounds: Sequence[RoundLine]) -> tuple[RoundLine, ...]:
    """Return the rounds that have a box to sign: the day's slots that were held.

    Where none was, the ad-hoc round that stands for the day: signed, or the last.
    """
    held = [row for row in rounds if row.tally]
    slots = tuple(row for row in held if row.scheduled)
    return slots or tuple(row for row in held if row.inspector or row.shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One device's figures in one round."""

    cpu_percent: Text = NOT_OBTAINED
    load: Text = NOT_OBTAINED  # 1-5-15 minutes
    memory_percent: Text = NOT_OBTAINED
    swap_percent: Text = NOT_OBTAINED
    filesystem: Text = NOT_OBTAINED  # the fullest: mount and percent
    inodes_percent: Text = NOT_OBTAINED
    clock_offset_s: Text = NOT_OBTAINED
    failed_logins: Text = NOT_OBTAINED
    kernel_errors: Text = NOT_OBTAINED  # error lines of this boot


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerLine:
    """One device. `figures` and `marks` stand beside the record's shown rounds.

    `latest` is the column of the round whose figures the big table shows; with None
    there are none, and `gap` says why.
    """

    name: str
    kind: Words
    zone: str
    address: str
    system: Text
    uptime_days: Text
    processes: Text
    ports: Text
    marks: tuple[Mark, ...]
    figures: tuple[Figures | None, ...]
    latest: int | None
    gap: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableColumn:
    """A column of a further table; widths are shares, not millimetres."""

    title: Text
    share: float
    align: Align = Align.LEFT


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One of the tables B to F: databases, pages, caches, devices, storage.

    The last cells of a row are its conclusions, one per shown round.
    """

    letter: str
    title: Words
    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[Text, ...], ...]
    marks: tuple[tuple[Mark, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLine:
    """One abnormality and what was done about it."""

    server: str
    phenomenon: Text
    severity: Mark
    first_seen: datetime | None
    seen_in: tuple[Words, ...]  # labels of the rounds
    influence: Text
    handling: tuple[Text, ...]  # explanations, acknowledgement
    ticket: str
    state: Text
    recheck: Text
    recheck_at: datetime | None = None
    carried: bool = False  # still open at the end of the day


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyRecord:
    """A day of rounds on paper."""

    frame: Frame
    number: str  # WRY-XJ-YYYYMMDD
    day: date
    zone: str  # IANA name; moments are printed in it
    rounds: tuple[RoundLine, ...]
    servers: tuple[ServerLine, ...]
    tables: tuple[Table, ...] = ()
    items: tuple[ItemLine, ...] = ()
    gaps: tuple[Text, ...] = ()  # what was not obtained or not checked, and why
    changes: tuple[Text, ...] = ()
    compared_with: str = ""
    remarks: Text = ""
    reviewer: Signature | None = None
    demo: bool = False
    issue: Issue | None = None
