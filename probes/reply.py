"""What became of one question: facts, or the reason why there are none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class ReplyStatus(StrEnum):
    """Absent is not zero: each way of having no facts is named."""

    READ = "read"
    ABSENT = "absent"  # the machine has no such thing
    DENIED = "denied"  # the account may not see it
    TIMED_OUT = "timed_out"
    UNREADABLE = "unreadable"  # the answer has a line we cannot place
    MISSING = "missing"  # asked, and nothing came back


GAPS = frozenset({ReplyStatus.TIMED_OUT, ReplyStatus.UNREADABLE, ReplyStatus.MISSING})
"""Replies that make a visit partial."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One section, read. `facts` is None unless `status` is READ."""

    probe: str
    status: ReplyStatus
    subject: str = ""
    facts: Any = None
    reason: str = ""  # technical, one line: the row that could not be placed, …
    took_ms: int | None = None
