"""A kept answer, bent at random: facts that can be stored and judged, or a refusal."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.catalogue import PROBES, load_facts
from probes.catalogue.reading import plain
from probes.probe import Absent, Denied, Probe, Unreadable
from probes.transcript import Section
from tests.probes.catalogue.kept import kept
from tests.probes.judging import here

KEPT = kept()
JUNK = (
    b"",
    b"-",
    b"-1",
    b"9" * 30,
    b"1e999",
    b"nan",
    b"0x10",
    b"%",
    b"\t",
    b"\x00",
    b"\x85",
    b"\xff\xfe",
    "²".encode(),
    "１２".encode(),
    "\u2028".encode(),
    b"null",
    b"{",
)
Cut = tuple[str, float, bytes]
CUTS = st.tuples(
    st.sampled_from(["head", "tail", "flip", "drop", "repeat", "word", "insert"]),
    st.floats(0, 1, exclude_max=True),
    st.sampled_from(JUNK),
)


def bent(raw: bytes, how: str, where: float, junk: bytes) -> bytes:
    """Return the answer with one thing done to it, `where` between 0 and 1."""
    at = int(where * len(raw))
    mark = b" " if how == "word" else b"\n"
    pieces = raw.split(mark)
    place = int(where * len(pieces))
    before, this, after = pieces[:place], pieces[place : place + 1], pieces[place + 1 :]
    flipped = bytes(byte ^ 0x20 for byte in raw[at : at + 1])
    return {
        "head": raw[:at],
        "tail": raw[at:],
        "flip": raw[:at] + flipped + raw[at + 1 :],
        "drop": mark.join([*before, *after]),
        "repeat": mark.join([*before, *this, *this, *after]),
        "word": mark.join([*before, junk, *after]),
        "insert": raw[:at] + junk + raw[at:],
    }[how]


@pytest.mark.filterwarnings("ignore:Attribute's length")  # of a bent certificate's name
@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
@settings(max_examples=120, deadline=None, derandomize=True, database=None)
@given(data=st.data())
def test_a_bent_answer_is_read_stored_and_judged_or_refused(
    probe: Probe, data: st.DataObject
) -> None:
    mine = [case.section.stdout for case in KEPT if case.probe == probe.name]
    raw = data.draw(st.sampled_from(mine or [b"{}"]))
    for how, where, junk in data.draw(st.lists(CUTS, min_size=1, max_size=3)):
        raw = bent(raw, how, where, junk)
    try:
        facts = probe.read(Section(name=probe.name, stdout=raw))
    except (Unreadable, Absent, Denied):
        return
    stored = json.loads(json.dumps(plain(facts), allow_nan=False))
    assert load_facts(probe.name, stored) == facts
    for finding in probe.judge(facts, here(probe, previous=facts)):
        assert finding.message.zh
        assert finding.message.en
    assert all(abs(number) < 1e300 for _, _, number in probe.readings(facts))
