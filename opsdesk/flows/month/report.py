"""A period's material as the report: the chapters in order, the figures beside them."""

from __future__ import annotations

from collections.abc import Sequence

from opsdesk.core.desk import is_demo
from opsdesk.core.settings import Settings
from opsdesk.flows.month import (
    appendices,
    duties,
    health,
    incidents,
    people,
    responses,
    rounds,
    summary,
    works,
)
from opsdesk.flows.month.material import Material, number_of
from opsdesk.reporting.span import Sort
from opsdesk.responses.models import Run
from reports.documents.monthly import MonthlyReport, ReportSection
from reports.documents.parts import Frame
from reports.documents.record_form import SignBox
from reports.documents.words import Words

TITLES = {
    Sort.MONTHLY: Words("运维月报", "Monthly operations report"),
    Sort.YEARLY: Words("运维年报", "Yearly operations report"),
    Sort.PERIOD: Words("运维报告", "Operations report"),
}
_CONFIDENTIALITY = Words("内部", "Internal")
_BOXES = (
    Words("编制", "Prepared by"),
    Words("审核", "Reviewed by"),
    Words("批准（项目经理）", "Approved by (lead)"),
    Words("甲方签收", "Received by the customer"),
)


def report(m: Material, runs: Sequence[Run]) -> MonthlyReport:
    """Return the report without an issue."""
    figures: dict[str, float | None] = {}
    body = _body(m, runs, figures)
    return MonthlyReport(
        kind=m.span.sort.value,
        title=TITLES[m.span.sort],
        period=Words(m.span.words.zh, m.span.words.en),
        number=number_of(m.settings, m.span),
        first=m.span.first,
        last=m.span.last,
        zone=str(m.span.zone),
        cut_off=m.cut_off,
        frame=_frame(m.settings),
        sections=(summary.chapter(m, figures), *body),
        appendices=appendices.chapters(m),
        boxes=tuple(SignBox(role=role) for role in _BOXES),
        figures=figures,
        demo=is_demo(m.settings),
    )


def _body(
    m: Material, runs: Sequence[Run], figures: dict[str, float | None]
) -> tuple[ReportSection, ...]:
    return (
        health.chapter(m, figures),
        rounds.chapter(m, figures),
        incidents.chapter(m, figures),
        works.problems(m, figures),
        works.changes(m, figures),
        works.repairs(m, figures),
        responses.backups(runs, m.span, figures),
        responses.drills(runs, m.span, figures),
        people.support(m, figures),
        people.security(m, figures),
        people.staff(m, figures),
        _written(
            m,
            "improvements",
            "优化改进与存在问题",
            "Improvements, problems and risks",
            "risks",
            "customer",
        ),
        _written(m, "next", "下期计划", "The next period's plan"),
        duties.chapter(m, figures),
    )


def _written(m: Material, key: str, zh: str, en: str, *more: str) -> ReportSection:
    return ReportSection(
        key=key,
        title=Words(zh, en),
        blocks=tuple(summary.narrative(m, one) for one in (key, *more)),
    )


def _frame(settings: Settings) -> Frame:
    contract = settings.contract
    return Frame(
        project=contract.project or settings.desk.name,
        contract_number=contract.number,
        customer=contract.customer,
        contractor=contract.contractor,
        confidentiality=_CONFIDENTIALITY,
    )
