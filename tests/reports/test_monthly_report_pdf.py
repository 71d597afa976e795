"""The month's report as a reader, a machine and an archive find it."""

from __future__ import annotations

import dataclasses
import io
import json
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from reports.__main__ import report_sample
from reports.documents.charts import Chart, ChartKind, Series
from reports.documents.freezing import freeze, thaw
from reports.documents.monthly import (
    Block,
    Ledger,
    MonthlyReport,
    Narrative,
    Table,
)
from reports.documents.words import say
from reports.drawing import svg
from reports.page import render
from reports.pdf import render_apart
from tests.factories.papers import pages, pictures, text
from tests.factories.reports import every_block, short_report
from tests.reports.test_daily_record_pdf import difference

pytestmark = pytest.mark.pdf
GOLDEN = Path(__file__).parent / "golden"
_ALIKE = 2.5  # mean difference of two pages' pixels, of 255


@pytest.fixture(scope="module")
def record() -> MonthlyReport:
    return report_sample("monthly")


@pytest.fixture(scope="module")
def paper(record: MonthlyReport, font_cache: Path) -> bytes:
    return printed(record, font_cache)


def printed(record: MonthlyReport, cache: Path, language: str = "zh") -> bytes:
    return render_apart(render(record, language), cache=cache, data=freeze(record))


def squeezed(said: str) -> str:
    return "".join(said.split())


def blocks(record: MonthlyReport) -> list[Block]:
    every = (*record.sections, *record.appendices)
    return [block for section in every for block in section.blocks]


def test_every_cell_and_every_row_is_in_the_text_of_the_paper(
    record: MonthlyReport, paper: bytes
) -> None:
    found, counted = text(paper), 0
    for block in blocks(record):
        for line in block.lines if isinstance(block, Table | Ledger) else ():
            first, *_others = (squeezed(say(cell, "zh")) for cell in line)
            assert first in found, first
            counted += 1
            if isinstance(block, Ledger):
                row = "".join(squeezed(say(cell, "zh")) for cell in line)
                assert row[:40] in found
    assert counted > 200


def test_contents_name_each_chapter_and_the_page_it_begins_on(
    record: MonthlyReport, paper: bytes
) -> None:
    found = pages(paper)
    entries = found[1]
    for number, section in enumerate(record.sections, start=1):
        title = squeezed(f"{number}{say(section.title, 'zh')}")
        begins = next(n for n, page in enumerate(found, 1) if n > 2 and title in page)
        after = entries.split(title, 1)[1].lstrip(".…· ")
        assert after.startswith(str(begins)), (title, begins, after[:10])


def test_every_page_says_its_place_and_what_anchors_it(
    record: MonthlyReport, paper: bytes
) -> None:
    found = pages(paper)
    assert record.issue is not None
    for number, page in enumerate(found, start=1):
        assert f"第{number}页共{len(found)}页" in page
        assert record.issue.content_sha256[:12] in page
        assert len(page) > 150, number


def test_no_heading_stands_alone_at_the_foot_of_a_page(
    record: MonthlyReport, paper: bytes
) -> None:
    titles = [
        squeezed(say(one.title, "zh"))
        for one in (
            *record.sections,
            *(b for b in blocks(record) if hasattr(b, "title")),
        )
    ]
    for page in pages(paper)[2:]:
        body = page.split("打印2026")[0]
        assert [title for title in titles if body.endswith(title)] == []


def test_it_is_an_archive_file_with_its_own_data_in_it(
    record: MonthlyReport, paper: bytes
) -> None:
    reader = PdfReader(io.BytesIO(paper))
    root: Any = reader.root_object
    metadata = root["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in metadata.replace("\n", "") or (
        'pdfaid:part="3"' in metadata
    )
    assert root["/OutputIntents"][0].get_object()["/S"] == "/GTS_PDFA1"
    (attached,) = [one.get_object() for one in root["/AF"]][:1]
    assert attached["/AFRelationship"] == "/Source"
    data = reader.attachments["report.json"][0]
    assert thaw(MonthlyReport, _with_issue(data)).figures == record.figures
    assert reader.metadata is not None
    assert reader.metadata.title == f"运维月报 {record.number}"
    assert "/Encrypt" not in reader.trailer
    assert "/JavaScript" not in root.get("/Names", {})
    assert len(reader.outline) >= len(record.sections)


def _with_issue(data: bytes) -> bytes:
    return json.dumps({**json.loads(data), "issue": None}).encode()


def test_it_is_tagged_and_speaks_its_language(paper: bytes) -> None:
    root: Any = PdfReader(io.BytesIO(paper)).root_object
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]) == "zh-Hans"
    kinds: set[str] = set()
    waiting = [root["/StructTreeRoot"]]
    while waiting:
        one = waiting.pop()
        kinds.add(str(one.get("/S", "")))
        kids = one.get("/K", [])
        for kid in kids if isinstance(kids, list) else [kids]:
            found = kid.get_object() if hasattr(kid, "get_object") else kid
            if isinstance(found, dict):
                waiting.append(found)
    assert {"/H1", "/H2", "/H3", "/Table", "/TH", "/TD", "/Figure", "/P"} <= kinds


def test_every_face_is_bundled_and_embedded(paper: bytes) -> None:
    for page in PdfReader(io.BytesIO(paper)).pages:
        resources: Any = page["/Resources"].get_object()
        fonts = resources["/Font"]
        for font in fonts.values():
            found = font.get_object()
            below = found["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            assert "Noto" in str(found["/BaseFont"])
            assert "/FontFile2" in below.get_object()
            assert "/ToUnicode" in found


def test_the_same_report_gives_the_same_bytes(
    record: MonthlyReport, font_cache: Path, paper: bytes
) -> None:
    assert printed(record, font_cache) == paper


def test_names_with_rare_characters_and_a_long_text_are_printed(
    record: MonthlyReport, font_cache: Path
) -> None:
    long = "𬍛㼆龘" + "叙" * 10_000
    sections = tuple(
        dataclasses.replace(
            section,
            blocks=tuple(
                dataclasses.replace(b, text=long) if isinstance(b, Narrative) else b
                for b in section.blocks[:3]
            ),
        )
        for section in record.sections
        if section.key == "next"
    )
    changed = dataclasses.replace(record, sections=sections, appendices=())
    found = text(printed(changed, font_cache))
    assert "𬍛㼆龘" in found
    assert found.count("叙") == 10_000
    assert "〓" not in found


def test_an_image_written_into_a_paragraph_is_its_own_text_and_no_picture(
    font_cache: Path,
) -> None:
    said = '<img src="data:image/png;base64,bm90IGFuIGltYWdl"> ![](file:///etc/passwd)'
    paper = printed(short_report(*every_block(said)), font_cache)
    found = text(paper)
    assert found.count(squeezed(said)) >= 4
    for page in PdfReader(io.BytesIO(paper)).pages:
        assert len(page.images) == 0


def test_in_english_only_data_is_chinese(
    record: MonthlyReport, font_cache: Path
) -> None:
    found = text(printed(record, font_cache, "en"))
    assert "Monthlyoperationsreport" in found
    for label in ("目录", "口径", "附录", "签署页", "本期", "未取得"):
        assert label not in found


def test_a_gap_in_a_chart_is_no_zero_and_its_text_stays_text() -> None:
    chart = Chart(
        title="容量<b>",
        unit="%",
        kind=ChartKind.LINES,
        labels=("1", "2", "3", "4", "5"),
        series=(Series(name="库", values=(50.0, 55.0, None, 65.0, 70.0)),),
    )
    drawn = svg(chart, lambda words: say(words, "zh"))
    assert drawn.count("M") - drawn.count('d="M34') == 2  # two strokes, no line across
    assert "容量&lt;b&gt;" in drawn
    assert ">库</text>" in drawn


def test_an_empty_chart_is_drawn_and_not_divided_by_nothing() -> None:
    chart = Chart(
        title="无",
        unit="件",
        kind=ChartKind.STACKED,
        labels=("/",),
        series=(Series(name="无", values=(None,)),),
    )
    assert "<svg" in svg(chart, lambda words: say(words, "zh"))


def test_the_report_looks_as_it_did(paper: bytes, tmp_path: Path) -> None:
    """Compare with the pictures kept; tests/reports/golden/README.md says how."""
    now = pictures(paper, tmp_path, dpi=36)
    kept = sorted(GOLDEN.glob("monthly-*.png"))
    assert len(now) == len(kept)
    for picture, path in zip(now, kept, strict=True):
        assert difference(picture, path) < _ALIKE, path.name
