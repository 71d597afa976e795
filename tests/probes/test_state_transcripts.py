"""Kept answers of the state probes: read, stored, loaded and judged as written down."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from probes.catalogue import by_name, load_facts
from probes.catalogue.reading import plain
from probes.probe import Absent, Denied, Unreadable
from probes.transcript import Section
from tests.probes.judging import here, judged
from tests.probes.test_state_mangled import FOLDER, NAMES

CASES = [case for name in NAMES for case in sorted((FOLDER / name).iterdir())]
REFUSALS = {"Unreadable": Unreadable, "Absent": Absent, "Denied": Denied}


def answer(case: Path) -> Section:
    def kept(name: str) -> bytes:
        file = case / name
        return file.read_bytes() if file.exists() else b""

    return Section(
        name=case.parent.name,
        stdout=kept("stdout"),
        stderr=kept("stderr"),
        status=int(kept("status") or 0),
    )


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}"
)
def test_a_kept_answer_is_read_and_judged_as_written_down(case: Path) -> None:
    expected: dict[str, Any] = yaml.safe_load((case / "expected.yaml").read_bytes())
    probe = by_name(case.parent.name)
    assert probe is not None
    if "raises" in expected:
        with pytest.raises(REFUSALS[expected["raises"]]):
            probe.read(answer(case))
        return
    facts = probe.read(answer(case))
    stored = plain(facts)
    assert stored == expected["facts"]
    assert load_facts(probe.name, stored) == facts
    found = judged(probe, facts, here(probe))
    assert [
        {"subject": one.subject, "severity": one.severity.value}
        for one in found.values()
    ] == expected["findings"]


@pytest.mark.parametrize("name", NAMES)
def test_every_state_probe_has_a_good_and_a_broken_answer(name: str) -> None:
    kept = [
        yaml.safe_load((case / "expected.yaml").read_bytes())
        for case in CASES
        if case.parent.name == name
    ]
    assert any(one.get("findings") == [] for one in kept)
    assert any(one.get("raises") == "Unreadable" for one in kept)
