"""Every kept answer of every probe: one runner for all case folders."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from probes.transcript import Section

FOLDER = Path(__file__).parents[1] / "transcripts"


@dataclass(frozen=True)
class Kept:
    """One case folder. A check's answer is of `subject` "it", as checks have one."""

    probe: str
    name: str
    section: Section
    expected: dict[str, Any]

    @property
    def is_refused(self) -> bool:
        return "raises" in self.expected

    @property
    def is_sick(self) -> bool:
        return bool(self.expected.get("findings"))


def kept() -> list[Kept]:
    """Return all case folders, in order."""
    return [_kept(case) for case in sorted(FOLDER.glob("*/*/")) if case.is_dir()]


def _kept(case: Path) -> Kept:
    def part(name: str) -> bytes:
        file = case / name
        return file.read_bytes() if file.exists() else b""

    section = Section(
        name=case.parent.name,
        stdout=part("stdout"),
        stderr=part("stderr"),
        status=int(part("status") or 0),
    )
    expected = yaml.safe_load((case / "expected.yaml").read_bytes())
    return Kept(case.parent.name, case.name, section, expected)
