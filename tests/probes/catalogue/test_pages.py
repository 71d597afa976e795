"""The pages about probes speak of code that is there."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from probes.transcript import Outcome, Transcript, pack
from tests.probes.shells import python

ROOT = Path(__file__).parents[3]
PAGES = ("adding-a-probe", "pitfalls", "transcripts", "limits")


def page(name: str) -> str:
    return (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_every_file_a_page_names_exists(name: str) -> None:
    named = re.findall(r"(?:probes|tests|opsdesk|docs)/[\w/.-]+\.(?:py|md)", page(name))
    known = [path for path in named if "NAME" not in path]
    assert [path for path in known if not (ROOT / path).is_file()] == []


def test_all_forty_pitfalls_have_their_row() -> None:
    rows = re.findall(r"^\| (\d+) \|.*\|$", page("pitfalls"), flags=re.MULTILINE)
    assert sorted(map(int, rows)) == list(range(1, 41))


def test_a_transcript_is_read_by_the_lines_on_its_page(tmp_path: Path) -> None:
    (program,) = re.findall(r"<<'EOF'\n(.*?)EOF\n", page("transcripts"), re.DOTALL)
    file = tmp_path / "kept"
    kept = Transcript(
        server="db-1",
        began=datetime(2026, 11, 23, tzinfo=UTC),
        took_ms=1,
        outcome=Outcome.ANSWERED,
        raw="N BEGIN 数据\n".encode(),
        stderr=b"not this",
    )
    file.write_bytes(pack(kept))
    said = python(program, str(file))
    assert '"server": "db-1"' in said
    assert said.endswith("}\nN BEGIN 数据\n")
