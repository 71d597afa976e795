"""Why a run or one of its steps does not take what somebody wants of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from opsdesk.core.errors import Forbidden, NotFound, Stale
from opsdesk.core.language import RefusedInWords
from probes.finding import Words


class Absent(RefusedInWords, NotFound):
    """No run, step, slot or person of this name."""


class Overtaken(RefusedInWords, Stale):
    """Somebody was first; `by` and `when` say who and when."""

    def __init__(self, words: Words, by: str, when: datetime | None) -> None:
        self.by, self.when = by, when
        super().__init__(words)


class NotYours(RefusedInWords, Forbidden):
    """The person's role or part may not do this."""


def no_run(number: str) -> Absent:
    """Return the refusal for a number that no run has."""
    return Absent(_NO_RUN, number=plain(number))


def plain(text: str) -> str:
    """Return what somebody typed, short, and harmless in a sentence with places."""
    return text[:60].replace("{", "(").replace("}", ")")


def ago(since: timedelta) -> Words:
    """Say how long ago something was."""
    seconds = max(int(since.total_seconds()), 0)
    if seconds < 60:  # noqa: PLR2004 - a minute
        return Words(f"{seconds} 秒前", f"{seconds} s ago")
    minutes = seconds // 60
    if minutes < 60:  # noqa: PLR2004 - an hour
        return Words(f"{minutes} 分钟前", f"{minutes} min ago")
    return Words(f"{minutes // 60} 小时前", f"{minutes // 60} h ago")


_NO_RUN = Words("没有 {number} 这次演练或响应。", "There is no run {number}.")
NOT_YOUR_ROLE = Words(
    "你的角色不参与演练和应急处置的操作。没有任何改动。",
    "Your role does not act in drills and emergencies. Nothing was changed.",
)
