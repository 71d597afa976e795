"""Thresholds: known names, levels in order, and what each server ends up with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from opsdesk.core.settings.forms import ThresholdsForm
from opsdesk.core.settings.mistakes import Notebook, Where, near_miss
from probes.finding import Words
from probes.server import Thresholds


class Known(Protocol):
    """What the catalogue says of one threshold (`probes.probe.Limit`)."""

    @property
    def warning(self) -> float | None: ...
    @property
    def critical(self) -> float | None: ...
    @property
    def clear(self) -> float | None: ...
    @property
    def above(self) -> bool: ...


Catalogue = Mapping[str, Known] | None
"""Every threshold there is; None: not known here, any name goes."""


def read(
    forms: Mapping[str, ThresholdsForm], where: Where, book: Notebook, known: Catalogue
) -> dict[str, Thresholds]:
    """Return thresholds as domain values; unknown names are noted."""
    if known is not None:
        for name in forms:
            if name not in known:
                near = near_miss(name, known)
                book.note(
                    (*where, name), _UNKNOWN.fill(name=name, zh=near.zh, en=near.en)
                )
    return {
        name: Thresholds(warning=form.warning, critical=form.critical, clear=form.clear)
        for name, form in forms.items()
    }


def merge(
    below: Mapping[str, Thresholds], above: Mapping[str, Thresholds]
) -> dict[str, Thresholds]:
    """Return `below` with whatever `above` says put on top, number by number."""
    merged = dict(below)
    for name, top in above.items():
        base = merged.get(name, Thresholds())
        merged[name] = Thresholds(
            warning=base.warning if top.warning is None else top.warning,
            critical=base.critical if top.critical is None else top.critical,
            clear=base.clear if top.clear is None else top.clear,
        )
    return merged


def check_order(
    told: Mapping[str, Thresholds],
    effective: Mapping[str, Thresholds],
    where: Where,
    *,
    book: Notebook,
    known: Catalogue,
) -> None:
    """Note each threshold of `told` whose levels, with all defaults, are out of order.

    For most, worse is more: clear ≤ warning ≤ critical; the other way round where the
    catalogue says that less is worse.
    """
    for name in told:
        default = (known or {}).get(name)
        upward = default.above if default is not None else True
        if not _in_order(_levels(effective[name], default), upward=upward):
            book.note((*where, name), _ORDER if upward else _ORDER_DOWN)


def _levels(levels: Thresholds, default: Known | None) -> tuple[float | None, ...]:
    given = (levels.clear, levels.warning, levels.critical)
    if default is None:
        return given
    usual = (default.clear, default.warning, default.critical)
    return tuple(u if g is None else g for g, u in zip(given, usual, strict=True))


def _in_order(levels: tuple[float | None, ...], *, upward: bool) -> bool:
    numbers = [number if upward else -number for number in levels if number is not None]
    _, warning, critical = levels
    told_apart = warning is None or warning != critical
    return numbers == sorted(numbers) and told_apart


_UNKNOWN = Words(
    "没有名为 {name} 的阈值。{zh}", "There is no threshold named {name}.{en}"
)
_ORDER = Words(
    "阈值次序不对:应 clear ≤ warning < critical(没写的取默认值)。",
    "The levels are out of order: clear ≤ warning < critical (what is not written "
    "keeps its default).",
)
_ORDER_DOWN = Words(
    "阈值次序不对:此项越小越差，应 clear ≥ warning > critical(没写的取默认值)。",
    "The levels are out of order: less is worse here, so clear ≥ warning > critical "
    "(what is not written keeps its default).",
)
