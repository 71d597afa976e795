"""Every probe has exactly one column in the matrix."""

from __future__ import annotations

from collections import Counter

from opsdesk.inspections.sections import SECTIONS
from probes import catalogue


def test_every_probe_has_exactly_one_column() -> None:
    placed = Counter(name for group in SECTIONS for name in group.probes)
    assert {name for name, times in placed.items() if times > 1} == set()
    assert {probe.name for probe in catalogue.PROBES} <= placed.keys()
