"""The official forms as a reader of the paper finds them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from reports.documents.forms.catalogue import FORMS
from reports.documents.parts import Grid
from reports.documents.record_form import Answers, RecordForm
from reports.documents.record_layout import compose
from reports.documents.words import say
from reports.fonts import faces
from tests.factories.forms import ROWS, form_sample, long_form
from tests.factories.papers import pages, pictures, rendered, text
from tests.reports.kept import FOLDER, VARIANTS, picture, words

pytestmark = pytest.mark.pdf
_ALIKE = 3.0  # mean difference of the pixels, of 255
RARE = "䶮㛃𬍛𠅤𣲗堃玥𬭎𫖯㮾𬀩龘𨋢"
"""Characters of people's and places' names beyond GB 2312, some beyond 16 bits."""


@pytest.fixture(scope="module", params=[(n, v) for n in FORMS for v in VARIANTS])
def printed(
    request: pytest.FixtureRequest, font_cache: Path
) -> tuple[str, str, RecordForm, bytes]:
    name, variant = request.param
    form = VARIANTS[variant][0](name)
    return name, variant, form, rendered(form, "zh", font_cache)


def squeezed(told: str) -> str:
    return "".join(told.split())


Printed = tuple[str, str, RecordForm, bytes]


def test_a_form_has_the_words_that_were_kept(printed: Printed) -> None:
    name, variant, _, pdf = printed
    kept = FOLDER.joinpath(f"{name}-{variant}.txt").read_text("utf-8")
    assert words(pdf, variant) == kept


def test_a_form_looks_as_it_did(printed: Printed, tmp_path: Path) -> None:
    name, variant, _, pdf = printed
    now = picture(pdf, variant, tmp_path).convert("L")
    with Image.open(FOLDER / f"{name}-{variant}.png") as golden:
        kept = golden.convert("L")
    assert now.size == kept.size
    assert ImageStat.Stat(ImageChops.difference(now, kept)).mean[0] < _ALIKE


def test_nothing_of_a_form_is_lost_on_paper(printed: Printed) -> None:
    """Texts broken by a page or a line are looked for in pieces of twelve."""
    _, _, form, pdf = printed
    found = text(pdf)
    for part in compose(form).parts:
        for row in part.rows if isinstance(part, Grid) else ():
            for cell in row:
                told = squeezed(say(cell.text, "zh"))
                ends = (told[:12], told[-12:])
                assert [end for end in ends if end not in found] == []


def test_signatures_stand_below_something_and_no_page_is_empty(
    printed: Printed,
) -> None:
    _, _, form, pdf = printed
    found = pages(pdf)
    running = len(f"{squeezed(form.frame.project)}{form.form_number}") + 120
    closing = compose(form).closing[0]
    assert hasattr(closing, "text")
    anchor = squeezed(say(closing.text, "zh"))[:20]
    above = found[-1].split(anchor)[0]
    assert len(found[-1]) > running
    assert any(squeezed(label) in above for label in _labels(form)), above


def _labels(form: RecordForm) -> list[str]:
    """Return what may stand above the signatures: labels and captions of the form."""
    grids = [part for part in compose(form).parts if isinstance(part, Grid)]
    return [say(grid.caption or grid.rows[-1][0].text, "zh") for grid in grids]


def test_every_page_says_number_hash_and_place(printed: Printed) -> None:
    _, _, form, pdf = printed
    found = pages(pdf)
    assert form.issue is not None
    for number, page in enumerate(found, start=1):
        assert f"第{number}页共{len(found)}页" in page
        assert form.form_number in page
        assert form.issue.content_sha256[:12] in page


def test_a_long_table_says_its_columns_on_every_page(font_cache: Path) -> None:
    found = pages(rendered(long_form("handover"), "zh", font_cache))
    rows = [f"下一步第{n:02d}行" for n in range(1, ROWS + 1)]
    on_page = [page for page in found if any(row in page for row in rows)]
    assert len(on_page) > 1
    assert all("未关闭工单序号编号标题状态下一步时限" in page for page in on_page)
    assert [row for row in rows if not any(row in page for page in on_page)] == []


@pytest.mark.parametrize(
    ("change", "mark"), [("void", "作废"), ("superseded", "已被新版取代")]
)
def test_void_and_superseded_stand_across_every_page(
    font_cache: Path, change: str, mark: str
) -> None:
    form = form_sample("handover")
    assert form.issue is not None
    issue = (
        dataclasses.replace(form.issue, void=True)
        if change == "void"
        else dataclasses.replace(form.issue, superseded=True)
    )
    marked = dataclasses.replace(form, issue=issue)
    found = pages(rendered(marked, "zh", font_cache))
    assert all(page.count(mark) >= 2 for page in found)


def with_name(name: str) -> RecordForm:
    """Return a hand-over that somebody of this name takes over."""
    form = form_sample("handover")
    first, *others = form.sections
    block = first.blocks[0]
    assert isinstance(block, Answers)
    answers = tuple(
        dataclasses.replace(a, value=name) if a.label.zh.startswith("接班人") else a
        for a in block.answers
    )
    named = dataclasses.replace(first, blocks=(Answers(answers=answers),))
    return dataclasses.replace(form, sections=(named, *others))


def test_rare_characters_of_names_have_glyphs_and_are_printed(
    font_cache: Path, tmp_path: Path
) -> None:
    found = rendered(with_name(RARE), "zh", font_cache)
    assert RARE in text(found)
    assert "〓" not in text(found)
    assert _covered(RARE, font_cache)
    first = pictures(found, tmp_path, dpi=100)[0]
    boxed = tmp_path / "boxes"
    boxed.mkdir()
    other = pictures(
        rendered(with_name("□" * len(RARE)), "zh", font_cache), boxed, dpi=100
    )
    difference = ImageChops.difference(first, other[0])
    assert difference.getbbox() is not None


def _covered(characters: str, cache: Path) -> bool:
    from fontTools.ttLib import TTFont  # noqa: PLC0415

    drawn: set[int] = set()
    for face in faces(cache):
        if face.role == "wide":
            with TTFont(face.path, lazy=True) as font:
                glyphs = font.getBestCmap().items()
                drawn |= {code for code, name in glyphs if name != ".notdef"}
    return {ord(char) for char in characters} <= drawn


def test_the_english_form_speaks_english(font_cache: Path) -> None:
    found = text(rendered(form_sample("change"), "en", font_cache))
    assert "Majorchangerequest" in found
    for label in ("变更名称", "审批", "签名：", "日期：", "打印"):
        assert label not in found
