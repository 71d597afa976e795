"""Every shipped plan is rehearsed to its last signature, and printed from what was done."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from opsdesk.archive import queries as documents
from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.core.files import Store
from opsdesk.flows import print_form
from opsdesk.flows.run_papers import printing
from opsdesk.responses.models import RunEvent
from opsdesk.responses.operations import deciding, noting, stepping
from opsdesk.responses.operations.stepping import Tick
from opsdesk.responses.queries.page import page
from opsdesk.responses.states import RunState, What
from opsdesk.responses.views import StepView
from opsdesk.responses.wording import Signing
from reports.documents.freezing import freeze
from runbooks import loader
from runbooks.plan import Clock, Doing, Kind, Level, Mode, Part, Plan, Proof
from tests.factories.people import NOON
from tests.factories.settings import some_settings
from tests.factories.tickets import COLLEAGUE, CUSTOMER, LEAD
from tests.opsdesk.responses.stage import EVALUATOR, PARTS, SCRIBE, Stage

PLANS = {plan.id: plan for plan in loader.shipped()}
TYPED = {Kind.SERVER: "app-1", Kind.TEXT: "https://a.example", Kind.NUMBER: "443"}


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    settings = some_settings(tmp_path)
    return Desk(settings=settings, database=database, store=Store(tmp_path / "files"))


@pytest.fixture
def stage(desk: Desk) -> Iterator[Stage]:
    with desk.database.unit() as session:
        it = Stage(session, desk.settings)
        it.people()
        yield it


def told(plan: Plan) -> dict[str, str]:
    """Return what a drill of a plan must be told."""
    return {
        one.name: TYPED[one.kind]
        for one in plan.parameters
        if one.required and not one.default
    }


def prove(stage: Stage, step: StepView) -> None:
    """Attach as many pictures as the plan asks of a step."""
    if Proof.TEXT in step.rule.kinds:
        return
    for number in range(step.rule.least):
        content = f"{step.key} {number}".encode()
        found = noting.Evidence(
            name=f"{step.key}-{number}.png",
            media_type="image/png",
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            step=step.key,
        )
        noting.attach(stage.session, stage.number, found, by=SCRIBE, at=stage.at)


def carry_out(stage: Stage, step: StepView) -> None:
    """Do one step as its plan asks: by its part, proved, by two where two are asked."""
    by = {**PARTS, Part.SUPPORT: COLLEAGUE}[step.part or Part.OPERATOR]
    if step.doing is Doing.APPROVAL:
        tick = Tick(key=step.key, text="同意")
        stage.begin(step.key)
        deciding.decide(
            stage.session, stage.number, tick, agrees=True, by=by, at=stage.later()
        )
        return
    prove(stage, step)
    stage.done(step.key, "已按预案完成", by=by)
    if step.two_people:
        tick = Tick(key=step.key)
        stepping.confirm(
            stage.session, stage.number, tick, by=COLLEAGUE, at=stage.later()
        )


def sign_all(stage: Stage) -> None:
    view = page(stage.session, stage.number, at=stage.at)
    hands = {
        Signing.SCRIBE: SCRIBE,
        Signing.EVALUATOR: EVALUATOR,
        Signing.COMMANDER: LEAD,
        Signing.CUSTOMER: CUSTOMER,
    }
    for one in view.signatures:
        stage.sign(one.part, hands[one.part])


def rehearse(stage: Stage, plan: Plan) -> None:
    """Hold a plan's tabletop drill from its opening to its last signature."""
    stage.plan_drill(plan, parameters=told(plan), mode=Mode.TABLETOP)
    stage.cast()
    stage.go("ready")
    stage.go("start")
    for step in page(stage.session, stage.number, at=stage.at).steps:
        carry_out(stage, step)
    stage.go("review")
    stage.write_up()
    sign_all(stage)


@pytest.mark.parametrize("plan_id", sorted(PLANS))
def test_each_plan_is_rehearsed_to_its_signature_and_printed(
    stage: Stage, desk: Desk, plan_id: str
) -> None:
    plan = PLANS[plan_id]
    rehearse(stage, plan)
    view = page(stage.session, stage.number, at=stage.at)
    assert view.state is RunState.SIGNED
    assert all(one.holds for one in view.signatures)
    record = printing.preview_run(stage.session, desk, stage.number, at=stage.at)
    assert record.exercise
    content = freeze(record).decode()
    for step in view.steps:
        assert step.title.zh in content
    for point in plan.evaluation:
        assert point.zh in content


@pytest.mark.pdf
def test_a_drill_says_so_on_every_page_and_holds_every_step(
    stage: Stage, desk: Desk, tmp_path: Path
) -> None:
    plan = PLANS["virus"]
    rehearse(stage, plan)
    record = printing.preview_run(stage.session, desk, stage.number, at=stage.at)
    path = tmp_path / "drill.pdf"
    path.write_bytes(print_form.as_file(desk, record, ".pdf", "zh_CN"))
    pages = pages_of(path)
    assert len(pages) >= 4
    assert all("演练" in one.replace(" ", "").replace("\n", "") for one in pages)
    whole = "".join("".join(pages).split())
    for step in page(stage.session, stage.number, at=stage.at).steps:
        assert step.title.zh.replace(" ", "") in whole
    assert print_form.as_file(desk, record, ".docx", "zh_CN").startswith(b"PK")


FIVE = ("记录人", "技术组长", "应急指挥", "乙方项目经理", "甲方确认")
"""Who signs the form of an emergency."""


def test_an_emergency_is_recorded_with_its_clocks_reports_and_ladder(
    stage: Stage, desk: Desk
) -> None:
    plan = PLANS["wan_outage"]
    stage.declare(plan, parameters=told(plan), level=Level.THREE)
    stage.cast()
    for clock, minutes in ((Clock.ACKNOWLEDGED, 1), (Clock.ON_SITE, 9)):
        stage.later(10)
        stage.mark(clock, minutes)
    report = noting.Report(text="线路中断，正在切换", to="甲方代表", way="电话")
    noting.report(stage.session, stage.number, report, by=COLLEAGUE, at=stage.later())
    record = printing.preview_run(stage.session, desk, stage.number, at=stage.at)
    content = freeze(record).decode()
    assert record.title.zh == "应急响应服务记录"
    assert record.form_number.startswith("WRY-YJ-")
    assert not record.exercise
    for said in ("线路中断，正在切换", "甲方代表", "电话"):
        assert said in content
    assert "8 分" in content  # from the answer to the arrival
    assert content.count("备班") >= 1
    signs = [content.rindex(f'"{who}"') for who in FIVE]
    assert signs == sorted(signs)  # in the form's order
    assert "未取得" in content  # restored was not marked, and nothing is invented


def test_a_paper_names_what_was_missed_and_what_nobody_measured(
    stage: Stage, desk: Desk
) -> None:
    stage.declare(PLANS["wan_outage"], parameters=told(PLANS["wan_outage"]))
    stage.cast()
    stage.later(2)
    stage.mark(Clock.ACKNOWLEDGED)
    stage.later(60)
    stage.mark(Clock.ON_SITE)
    stage.skip_rest()
    stage.mark(Clock.RESTORED)
    stage.go("stable")
    stage.go("review")
    record = printing.preview_run(stage.session, desk, stage.number, at=stage.at)
    content = freeze(record).decode()
    assert (
        "已处置；未达到：到场、按时报告；未测得：抑制、恢复点（RPO）；其余达到"
        in content
    )
    assert "Ⅱ 级 重大：" in content


def test_how_an_emergency_was_judged_and_who_was_there_is_printed(
    stage: Stage, desk: Desk
) -> None:
    plan = PLANS["wan_outage"]
    stage.declare(plan, parameters=told(plan))
    before = printing.preview_run(stage.session, desk, stage.number, at=stage.at)
    assert "得分合计" not in freeze(before).decode()
    stage.write_up()
    record = printing.preview_run(stage.session, desk, stage.number, at=stage.at)
    content = freeze(record).decode()
    for said in ("得分合计", "45 / 45", "签到与测验", "值班工程师"):
        assert said in content


@pytest.mark.pdf
def test_issuing_a_run_twice_archives_once_and_more_notes_supersede(
    desk: Desk,
) -> None:
    with desk.database.unit() as session:
        stage = Stage(session, desk.settings)
        stage.people()
        stage.start()
    first = printing.issue_run(desk, stage.number, by=LEAD.username, at=stage.at)
    with desk.database.reading() as session:
        query = select(RunEvent.text).where(RunEvent.what == What.PRINTED)
        assert session.scalars(query).all() == [f"{first.number} v1"]
    note = noting.Note(text="补记 𬍛")
    with desk.database.unit() as session:
        noting.note(session, stage.number, note, by=SCRIBE, at=stage.later())
    second = printing.issue_run(desk, stage.number, by=LEAD.username, at=stage.at)
    assert (first.version, second.version) == (1, 2)
    with desk.database.reading() as session:
        assert documents.version(session, first.number, 1).superseded
    assert print_form.file_of(desk, second, ".pdf").startswith(b"%PDF")


@pytest.mark.parametrize("plan_id", sorted(PLANS))
def test_a_plans_paper_holds_its_steps_levels_and_drills(
    stage: Stage, desk: Desk, plan_id: str
) -> None:
    plan = PLANS[plan_id]
    record = printing.preview_plan(stage.session, desk, plan, at=NOON)
    content = freeze(record).decode()
    said = [one.title.zh for one in (*plan.steps, *plan.roll_back)]
    said += [one.scene.zh for one in plan.drills]
    said += [when.zh for rule in plan.levels for when in rule.when]
    for text in said:
        assert text in content
    assert record.form_number.endswith(plan.version)


@pytest.mark.pdf
def test_a_plan_with_200_steps_prints_each_of_them(
    stage: Stage, desk: Desk, tmp_path: Path
) -> None:
    known = PLANS["virus"]
    many = tuple(
        replace(
            known.steps[0], key=f"step-{n}", title=replace(known.title, zh=f"第{n}步")
        )
        for n in range(200)
    )
    record = printing.preview_plan(
        stage.session, desk, replace(known, steps=many), at=NOON
    )
    path = tmp_path / "plan.pdf"
    path.write_bytes(print_form.as_file(desk, record, ".pdf", "zh_CN"))
    whole = "".join("".join(pages_of(path)).split())
    assert all(f"第{n}步" in whole for n in range(200))


def pages_of(path: Path) -> list[str]:
    return [page.extract_text() for page in PdfReader(path).pages]
