"""An answer that was cut, shuffled or overwritten is unreadable, never a crash."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import get_origin

import pytest

from probes.catalogue import PROBES, by_name
from probes.probe import Absent, Denied, Unreadable
from probes.transcript import Section

FOLDER = Path(__file__).parent / "transcripts"
NAMES = tuple(probe.name for probe in PROBES if probe.ask is not None)
JUNK = (b"", b"-1", b"9" * 30, b"\x00", b"\xff\xfe", b"[x]", b"T", b":")


def mangled(raw: bytes) -> Iterator[bytes]:
    """Yield the answer cut at many places, without each line, with junk for each word."""
    for at in range(0, len(raw), 11):
        yield raw[:at]
    lines = raw.split(b"\n")
    for number, line in enumerate(lines):
        before, after = lines[:number], lines[number + 1 :]
        yield b"\n".join([*before, *after])
        yield b"\n".join([*after, line, *before])
        words = line.split(b" ")
        for place in range(len(words)):
            junk = JUNK[(number + place) % len(JUNK)]
            changed = b" ".join([*words[:place], junk, *words[place + 1 :]])
            yield b"\n".join([*before, changed, *after])


@pytest.mark.parametrize("name", NAMES)
def test_a_mangled_answer_is_read_or_said_to_be_unreadable(name: str) -> None:
    probe = by_name(name)
    assert probe is not None
    refused = 0
    for case in sorted((FOLDER / name).iterdir()):
        if (case / "status").exists():
            continue
        for raw in mangled((case / "stdout").read_bytes()):
            try:
                facts = probe.read(Section(name=name, stdout=raw))
            except (Unreadable, Absent, Denied):
                refused += 1
            else:
                assert isinstance(facts, get_origin(probe.facts) or probe.facts)
    assert refused > 0
