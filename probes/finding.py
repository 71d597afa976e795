"""What is wrong, said in both languages, with the figure and the limit it broke."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Words(NamedTuple):
    """One sentence in the desk's two languages."""

    zh: str
    en: str

    def fill(self, **values: object) -> Words:
        """Return the sentence with its `{placeholders}` filled in both languages."""
        return Words(self.zh.format(**values), self.en.format(**values))


class Severity(StrEnum):
    """How bad a finding is. The absence of findings is what "normal" means."""

    WARNING = "warning"
    CRITICAL = "critical"


class State(StrEnum):
    """The five states every screen and paper shows, worst last in `STATES`."""

    NORMAL = "normal"  # 正常
    ATTENTION = "attention"  # 关注: a warning stands
    ABNORMAL = "abnormal"  # 异常: a critical finding stands
    UNREACHED = "unreached"  # 未连通
    UNKNOWN = "unknown"  # 未检: missed, unreadable or not obtained


STATES = (
    State.NORMAL,
    State.UNKNOWN,
    State.ATTENTION,
    State.ABNORMAL,
    State.UNREACHED,
)
"""From best to worst, for `max(..., key=STATES.index)`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One abnormality of one subject, as one probe judged it.

    `(probe, subject)` is unique within a visit. `measured` and `limit` are in `unit`
    ("percent", "s", "ms", "days", "count", "" for text or none).
    """

    probe: str
    subject: str
    severity: Severity
    message: Words
    measured: float | str | None = None
    limit: float | str | None = None
    unit: str = ""


def fingerprint(server: str, probe: str, subject: str) -> str:
    """Return the 16 hex digits that name the same abnormality from round to round."""
    text = "\0".join((server, probe, subject))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
