"""A month as it is issued: every row is on paper, and its pages are those that were kept."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from opsdesk.archive import queries as archive
from opsdesk.archive.queries import DocumentView
from opsdesk.core.desk import Desk
from opsdesk.flows import issue_monthly_report as flow
from opsdesk.reporting import operations
from reports.documents.freezing import thaw
from reports.documents.monthly import Ledger, MonthlyReport
from reports.documents.words import say
from tests.factories.months import NOW, copied
from tests.factories.papers import pages, pictures, text
from tests.flows.test_issue_monthly_report import OCTOBER
from tests.reports.kept_month import DPI, PICTURE, WORDS, alike, tiles, words

# All that look at the played month are one group: it takes seconds to play.
pytestmark = [pytest.mark.pdf, pytest.mark.xdist_group("month")]


@pytest.fixture(scope="module")
def desk(month: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with copied(month, tmp_path_factory.mktemp("paper")) as desk:
        yield desk


@pytest.fixture(scope="module")
def issued(desk: Desk) -> DocumentView:
    return flow.issue(desk, OCTOBER, by="lead", at=NOW)


@pytest.fixture(scope="module")
def paper(desk: Desk, issued: DocumentView) -> bytes:
    return desk.store.get(issued.pdf_sha256 or "")


@pytest.fixture(scope="module")
def record(desk: Desk, issued: DocumentView) -> MonthlyReport:
    return thaw(MonthlyReport, desk.store.get(issued.content_sha256))


@pytest.fixture(scope="module")
def appendices(paper: bytes) -> str:
    """Give the text of the pages from the first appendix on, without heads and feet."""
    found = pages(paper)
    begins = next(
        n for n, page in enumerate(found) if n > 1 and "附录A每日巡检记录索引" in page
    )
    return "".join(page.split("打印2026")[0] for page in found[begins:])


def ledgers(record: MonthlyReport, key: str) -> list[Ledger]:
    found = next(a for a in record.appendices if a.key == key)
    return [block for block in found.blocks if isinstance(block, Ledger)]


def squeezed(*cells: object) -> str:
    return "".join("".join(f"{cell}".split()) for cell in cells)


def test_it_lands_in_the_archive_with_its_data(
    desk: Desk, issued: DocumentView, paper: bytes
) -> None:
    assert issued.number == "WRY-YB-202610"
    reader = PdfReader(io.BytesIO(paper))
    attached = json.loads(reader.attachments["report.json"][0])
    assert attached == json.loads(desk.store.get(issued.content_sha256))
    again = flow.issue(desk, OCTOBER, by="lead", at=NOW + timedelta(hours=1))
    assert again.version == 1


def test_every_day_of_the_index_is_on_paper_once(
    record: MonthlyReport, appendices: str
) -> None:
    (index,) = ledgers(record, "appendix-daily")
    section = appendices.split("附录B", maxsplit=1)[0]
    found = re.findall(r"2026-10-\d\d", section)
    assert found == [line[0] for line in index.lines]
    assert len(found) == 31


def test_every_visit_of_every_device_is_on_paper_as_often_as_it_was_made(
    record: MonthlyReport, appendices: str
) -> None:
    section = appendices.split("附录B")[1].split("附录C", maxsplit=1)[0]
    lines = Counter(
        squeezed(*(say(cell, "zh") for cell in line))
        for ledger in ledgers(record, "appendix-visits")
        for line in ledger.lines
    )
    assert lines.total() > 30
    assert {one: n for one, n in lines.items() if section.count(one) != n} == {}


def test_every_record_of_every_register_is_on_paper_in_order(
    record: MonthlyReport, appendices: str
) -> None:
    section = appendices.split("附录C")[1]
    due = [line for one in ledgers(record, "appendix-registers") for line in one.lines]
    found = re.findall(r"[A-Z]{3}-20\d{6}-\d{4}", section)
    assert found == [line[0] for line in due]
    assert len(found) > 30
    assert [line[7] for line in due if squeezed(line[7]) not in section] == []


def test_its_pages_say_what_was_kept(paper: bytes) -> None:
    """Look at the difference, then `python -m tests.reports.kept_month`."""
    assert words(paper) == WORDS.read_text("utf-8")


def test_its_pages_look_as_they_were_kept(paper: bytes, tmp_path: Path) -> None:
    now = pictures(paper, tmp_path, dpi=DPI)
    with Image.open(PICTURE) as kept:
        golden = tiles(kept.convert("L"), now[0].size, len(now))
    for number, (page, one) in enumerate(zip(now, golden, strict=True), start=1):
        assert alike(page, one), number


def test_a_long_paragraph_makes_a_new_version_and_the_old_one_says_so(
    desk: Desk, issued: DocumentView
) -> None:
    long = "本月平稳 𬍛㼆" + "长" * 10_000
    with desk.database.unit() as session:
        operations.write(
            session, issued.number, {"highlights": long}, version=0, by="lead", at=NOW
        )
    second = flow.issue(desk, OCTOBER, by="lead", at=NOW + timedelta(hours=2))
    assert second.version == 2
    found = text(desk.store.get(second.pdf_sha256 or ""))
    assert "本月平稳" in found
    assert found.count("长") >= 10_000
    with desk.database.reading() as session:
        assert archive.version(session, issued.number, 1).superseded
