"""How templates show times, durations and what servers say; by named filter only."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from flask import Flask, g
from markupsafe import Markup, escape

from opsdesk.core.text import one_line, printable
from opsdesk.web.language import words
from opsdesk.web.unit import desk
from opsdesk.web.words import gettext as _
from opsdesk.web.words import locale, ngettext
from probes.finding import State

MINUTE, HOUR, DAY = 60, 3600, 86400

SHAPES = {
    State.NORMAL: "circle-check",
    State.ATTENTION: "alert-triangle",
    State.ABNORMAL: "circle-x",
    State.UNREACHED: "plug-x",
    State.UNKNOWN: "circle-dashed",
}


def install(app: Flask) -> None:
    """Make the filters known to templates."""
    app.add_template_filter(moment)
    app.add_template_filter(local_time)
    app.add_template_filter(local_clock)
    app.add_template_filter(ago)
    app.add_template_filter(duration)
    app.add_template_filter(number)
    app.add_template_filter(printable)
    app.add_template_filter(one_line)
    app.add_template_filter(words, "words")
    app.add_template_filter(state_word)
    app.add_template_filter(state_shape)
    app.add_template_filter(iso)


def moment(at: datetime | None, *, relative: bool = True) -> Markup:
    """Return a moment as every page shows it: absolute, the relative one beside it."""
    if at is None:
        return Markup('<span class="unknown">{}</span>').format(_("未取得"))
    exact = _exact(at)
    beside = f" <small>{escape(ago(at))}</small>" if relative else ""
    # What a clock says holds nothing to escape.
    return Markup(  # noqa: S704
        f'<time datetime="{iso(at)}" title="{exact}">{exact[:16]}{beside}</time>'
    )


def local_time(at: datetime | date | None, *, seconds: bool = False) -> str:
    """Return "2026-11-22 14:05" in the desk's zone; 未取得 for None."""
    if at is None:
        return _("未取得")
    if not isinstance(at, datetime):
        return f"{at:%Y-%m-%d}"
    return _exact(at) if seconds else _exact(at)[:16]


def _exact(at: datetime) -> str:
    """Return "2026-11-22 14:05:09" in the desk's zone; a page has hundreds of them."""
    local = at.astimezone(desk().settings.desk.timezone).replace(tzinfo=None)
    return local.isoformat(" ", "seconds")


def local_clock(at: datetime | None) -> str:
    """Return "14:05" in the desk's zone; 未取得 for None."""
    return _("未取得") if at is None else local_time(at)[-5:]


def iso(at: datetime) -> str:
    """Return the machine's spelling of a moment, for `<time datetime>`."""
    return at.astimezone(UTC).isoformat(timespec="seconds")


def ago(at: datetime | None) -> str:
    """Return "3 分钟前", or "2 小时后" for what is to come."""
    if at is None:
        return _("未取得")
    seconds = (g.at - at).total_seconds()
    return _ago(locale(), int(abs(seconds) // MINUTE), is_past=seconds > 0)


@lru_cache(maxsize=4096)
def _ago(_locale: str, minutes: int, *, is_past: bool) -> str:
    """Return a distance in words; a list says the same ones over and over."""
    if not minutes:
        return _("刚刚")
    span = duration(timedelta(minutes=minutes))
    return _("%(span)s前", span=span) if is_past else _("%(span)s后", span=span)


def duration(span: timedelta | float | None) -> str:
    """Return "42 分钟" or "3 小时 5 分钟"; a bare number is milliseconds."""
    if span is None:
        return _("未取得")
    seconds = span.total_seconds() if isinstance(span, timedelta) else span / 1000
    if seconds < MINUTE:
        return _("%(n)s 秒", n=f"{seconds:.1f}" if seconds < 10 else round(seconds))  # noqa: PLR2004
    if seconds < HOUR:
        return _minutes(int(seconds // MINUTE))
    if seconds < DAY:
        hours, rest = divmod(int(seconds // MINUTE), 60)
        return _hours(hours) + (f" {_minutes(rest)}" if rest else "")
    days, rest = divmod(int(seconds // HOUR), 24)
    text = ngettext("%(num)d 天", "%(num)d 天", days)
    return text + (f" {_hours(rest)}" if rest else "")


def number(value: float | None, places: int = 0) -> str:
    """Return a number with thin grouping; 未取得 for None, never 0."""
    return _("未取得") if value is None else f"{value:,.{places}f}"


def state_word(state: State | str) -> str:
    """Return the one word a state has everywhere."""
    match State(state):
        case State.NORMAL:
            return _("正常")
        case State.ATTENTION:
            return _("关注")
        case State.ABNORMAL:
            return _("异常")
        case State.UNREACHED:
            return _("未连通")
        case State.UNKNOWN:
            return _("未检")


def state_shape(state: State | str) -> str:
    """Return the icon a state has everywhere."""
    return SHAPES[State(state)]


def _minutes(n: int) -> str:
    return ngettext("%(num)d 分钟", "%(num)d 分钟", n)


def _hours(n: int) -> str:
    return ngettext("%(num)d 小时", "%(num)d 小时", n)
