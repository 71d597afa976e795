"""How screens show facts and readings: words for keys, units for numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Flask

from opsdesk.core.text import one_line
from opsdesk.web.fact_words import FACTS
from opsdesk.web.filters import duration, local_time
from opsdesk.web.language import words
from opsdesk.web.reading_words import READINGS
from opsdesk.web.words import gettext as _

EPOCHS = frozenset({"last", "first", "boot_time"})
OCTETS = frozenset({"bytes", "in_octets", "out_octets"})
MOMENTS = frozenset({"not_before", "not_after", "asked_at", "ends"})
STEP = 1024
SIZES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def install(app: Flask) -> None:
    """Make the filters known to templates."""
    for each in (fact_word, fact_number, fact_text, reading_word, reading_value):
        app.add_template_filter(each)


def fact_word(key: str) -> str:
    """Return the word of a field; what no table names is shown as it is."""
    return words(FACTS[key]) if key in FACTS else one_line(key)


def reading_word(key: str) -> str:
    """Return "文件系统已用 /data" for `filesystem_used_percent{/data}`."""
    name, _brace, label = key.partition("{")
    word = words(READINGS[name]) if name in READINGS else one_line(name)
    label = one_line(label.removesuffix("}"))
    return f"{word} {label}" if label else word


def reading_value(value: float, key: str) -> str:
    """Return a reading with its unit."""
    return fact_number(value, key.partition("{")[0])


def fact_text(value: str, key: str) -> str:
    """Return a text of a server on one line; a moment of it in the desk's zone."""
    if key in MOMENTS:
        try:
            return local_time(datetime.fromisoformat(value))
        except ValueError:
            pass
    return one_line(value)


def fact_number(value: float, key: str) -> str:
    """Return a number with the unit its field's name ends in."""
    if key.endswith("_kib"):
        return size(value * STEP)
    if key.endswith("_bytes") or key in OCTETS:
        return size(value)
    if key.endswith("_percent"):
        return f"{value:.3g} %"
    if key in EPOCHS or key.endswith("timestamp_seconds"):
        return _epoch(value)
    return _epoch(value / 1000) if key == "epoch_ms" else _of_time(value, key)


def _of_time(value: float, key: str) -> str:
    if key.endswith("_ms"):
        return _("%(n)s 毫秒", n=f"{value:,.4g}")
    if key.endswith(("_seconds", "_s")):
        return duration(value * 1000)
    if key.endswith("_hours"):
        return duration(timedelta(hours=value))
    return f"{value:,.10g}"


def _epoch(seconds: float) -> str:
    try:
        return local_time(datetime.fromtimestamp(seconds, UTC), seconds=True)
    except (ValueError, OverflowError, OSError):
        return str(seconds)


def size(count: float) -> str:
    """Return bytes as people say them: 3.2 GiB."""
    for unit in SIZES:
        if abs(count) < STEP or unit == SIZES[-1]:
            break
        count /= STEP
    return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
