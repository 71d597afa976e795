"""What an official form says, before it is printed."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import yaml

from reports.__main__ import SAMPLES
from reports.documents.forms.catalogue import FORMS
from reports.documents.forms.filling import Record, Ticked, Value, fill, unasked
from reports.documents.forms.layout import Ask, TableAsk
from reports.documents.freezing import digest, freeze, issued, thaw
from reports.documents.parts import Frame, Grid, Prose, Sheet, Together
from reports.documents.record_form import Given, RecordForm
from reports.documents.record_layout import WIDTH, compose
from reports.documents.words import Words, not_obtained, say
from reports.figures import qr_svg
from reports.page import render
from tests.factories.forms import empty_form, form_sample, long_form

FRAME = Frame(
    project="项目",
    contract_number="",
    customer="（甲方单位）",
    contractor="（乙方单位）",
    confidentiality="内部",
)
PAGE = Path(__file__).parents[2] / "docs" / "forms.md"


def filled(
    name: str, signatures: dict[str, Given] | None = None, **values: Value
) -> RecordForm:
    record = Record(
        number="CHG-20260918-0001",
        frame=FRAME,
        zone="Asia/Shanghai",
        values=values,
        signatures=signatures or {},
    )
    return fill(FORMS[name], record)


def cells(form: RecordForm, language: str = "zh") -> list[list[str]]:
    """Return every row of every grid as it is printed."""
    return [
        [say(cell.text, language) for cell in row]
        for part in compose(form).parts
        if isinstance(part, Grid)
        for row in part.rows
    ]


def beside(form: RecordForm, label: str, language: str = "zh") -> str:
    """Return what is printed beside (or, for a long text, under) a label."""
    flat = [text for row in cells(form, language) for text in row]
    starred = next(t for t in flat if t.replace("\u00a0*", "") == label)
    return flat[flat.index(starred) + 1]


def boxes(sheet: Sheet) -> list[str]:
    """Return every box to sign as one text."""
    parts = [*sheet.parts, Together(parts=sheet.closing)]
    return [
        "".join(
            [say(box.part, "zh"), *(say(t, "zh") for line in box.lines for t in line)]
        )
        for together in parts
        if isinstance(together, Together)
        for part in together.parts
        if hasattr(part, "boxes")
        for box in part.boxes
    ]


@pytest.mark.parametrize("name", FORMS)
def test_every_key_of_a_form_is_named_once_and_listed_in_the_docs(name: str) -> None:
    form = FORMS[name]
    assert len(form.keys) == len(set(form.keys))
    assert len(form.signers) == len(set(form.signers))
    page = PAGE.read_text("utf-8").split(f"`{name}`\n", 1)[1].split("\n## ", 1)[0]
    assert [key for key in (*form.keys, *form.signers) if f"`{key}`" not in page] == []


@pytest.mark.parametrize("name", FORMS)
def test_a_sample_fills_only_cells_and_boxes_that_its_form_has(name: str) -> None:
    sample: Any = yaml.safe_load((SAMPLES / f"{name}.yaml").read_text("utf-8"))
    assert unasked(FORMS[name], sample["values"]) == frozenset()
    assert set(sample.get("signatures", {})) <= set(FORMS[name].signers)


@pytest.mark.parametrize("name", FORMS)
def test_a_key_without_a_value_prints_a_stroke(name: str) -> None:
    form = empty_form(name)
    now = [s for s in FORMS[name].sections if s.later is None]
    plain = [
        ask
        for section in now
        for ask in section.asks
        if isinstance(ask, TableAsk) or (isinstance(ask, Ask) and not ask.choices)
    ]
    assert plain
    for ask in plain:
        assert beside(form, ask.label.zh) == "/", ask.key


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("made", [form_sample, empty_form, long_form])
def test_every_table_is_as_wide_as_the_page(name: str, made: Any) -> None:
    for part in compose(made(name)).parts:
        if isinstance(part, Grid):
            assert sum(c.width for c in part.columns) == pytest.approx(WIDTH)
            for row in part.rows:
                assert sum(cell.span for cell in row) == len(part.columns)


def test_a_section_for_later_is_left_blank_until_something_is_known() -> None:
    before, after = filled("change"), filled("change", actual_result="success")
    titles = [say(section.title, "zh") for section in before.sections]
    assert titles[-1] == "七、实施结果（实施后填写）"
    assert beside(before, "偏差说明") == ""
    assert after.sections[-1].title.zh == "七、实施结果"
    assert beside(after, "偏差说明") == "/"


def test_choices_are_ticked_and_the_others_stay_open() -> None:
    form = filled(
        "change",
        change_kind="major",
        source=Ticked(chosen=("demand", "problem"), note="PRB-1"),
    )
    assert beside(form, "变更级别").startswith("☑ 重大　□ 紧急")
    assert beside(form, "来源") == ("☑ 需求　□ 故障　☑ 问题　□ 安全　□ 计划　PRB-1")
    assert beside(form, "Class", "en").startswith("☑ major\u2003□ emergency")


def test_a_choice_the_form_does_not_know_is_written_out() -> None:
    told = beside(filled("change", source="电话记录"), "来源")
    assert told == "□ 需求　□ 故障　□ 问题　□ 安全　□ 计划　电话记录"
    ticked = filled("change", source=Ticked(chosen=("audit",)))
    assert beside(ticked, "来源").endswith("　audit")


def test_what_was_not_obtained_says_why() -> None:
    form = filled("change", window_from=not_obtained(Words("停电", "power cut")))
    assert beside(form, "计划窗口起") == "未取得（停电）"
    assert beside(form, "Window from", "en") == "not obtained (power cut)"


def test_rows_are_numbered_and_a_missing_cell_prints_a_stroke() -> None:
    form = filled("change", steps=({"action": "备份"}, {"action": "升级", "by": "甲"}))
    assert ["1", "备份", "/", "/", "/", "/"] in cells(form)
    assert ["2", "升级", "/", "甲", "/", "/"] in cells(form)


def test_a_long_value_takes_the_row_and_a_very_long_one_the_page() -> None:
    long = filled("change", module="模" * 200)
    assert ["系统模块", "模" * 200] in cells(long)
    longest = filled("change", module="模" * 3000)
    assert ["系统模块"] in cells(longest)
    assert ["模" * 3000] in cells(longest)


def test_who_signs_for_another_says_for_whom() -> None:
    given = Given(name="副负责人", acting_for="项目经理", decision="refused")
    told = boxes(compose(filled("change", signatures={"lead": given})))
    lead = next(text for text in told if text.startswith("乙方项目经理"))
    assert "签名：副负责人（代 项目经理）" in lead
    assert "□ 同意　☑ 不同意　□ 补充后再报" in lead


def test_a_box_that_nobody_signed_is_open_for_a_pen() -> None:
    told = boxes(compose(filled("handover")))
    assert len(told) == 2
    assert all(text.endswith("签名：日期：　　　　年　　月　　日") for text in told)


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("made", [form_sample, empty_form, long_form])
def test_a_thawed_form_freezes_to_the_same_bytes(name: str, made: Any) -> None:
    frozen = freeze(made(name))
    thawed = thaw(RecordForm, frozen)
    assert freeze(thawed) == frozen
    assert (
        compose(thawed).parts
        == compose(dataclasses.replace(made(name), issue=None)).parts
    )


def test_the_hash_depends_on_every_value_and_not_on_the_printing() -> None:
    form = form_sample("change")
    assert form.issue is not None
    assert form.issue.content_sha256 == digest(freeze(form))
    assert freeze(issued(form, dataclasses.replace(form.issue, version=9))) == freeze(
        form
    )
    assert freeze(filled("change", title="甲")) != freeze(filled("change", title="乙"))


@pytest.mark.parametrize(
    ("change", "marks"),
    [
        ({"void": True}, ["作废"]),
        ({"demo": True}, ["演示"]),
        ({"issue": None}, ["预览"]),
        ({}, []),
    ],
)
def test_the_state_of_a_form_stands_across_it(
    change: dict[str, Any], marks: list[str]
) -> None:
    form = dataclasses.replace(form_sample("repair"), **change)
    assert [say(mark, "zh") for mark in compose(form).marks] == marks


def test_a_copy_of_a_former_version_says_void_and_superseded() -> None:
    form = form_sample("repair")
    assert form.issue is not None
    issue = dataclasses.replace(form.issue, void=True, superseded=True)
    marks = compose(issued(form, issue)).marks
    assert [say(mark, "zh") for mark in marks] == ["作废", "已被新版取代"]


@pytest.mark.parametrize("name", FORMS)
def test_every_form_says_in_which_zone_its_times_are(name: str) -> None:
    paper = compose(empty_form(name))
    told = [say(part.text, "zh") for part in paper.closing if isinstance(part, Prose)]
    assert any("时间均为 Asia/Shanghai 时区" in one for one in told)


def test_markup_in_a_value_stays_text_and_the_code_leads_to_the_record() -> None:
    form = filled("change", title="<img src=x onerror=alert(1)>")
    address = "https://desk.example/changes/CHG-20260918-0001"
    told = render(dataclasses.replace(form, address=address))
    assert "&lt;img src=x onerror=alert(1)&gt;" in told
    assert "<img" not in told
    assert qr_svg(address) in told
    assert qr_svg(address) != qr_svg(address.replace("0001", "0002"))
    assert "<svg" not in render(form)
