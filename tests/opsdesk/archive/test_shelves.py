"""Every paper printed here has a shelf of its own kind."""

from __future__ import annotations

import pytest

from opsdesk.archive.models import Category
from opsdesk.archive.shelves import category_of
from opsdesk.flows import issue_daily_record, issue_monthly_report
from opsdesk.flows.gather_form import CODES

KINDS = (
    issue_daily_record.KIND,
    issue_monthly_report.KIND,
    "plan",
    "run:drill",
    "run:response",
    *(f"form:{form}" for form in CODES),
)


@pytest.mark.parametrize("kind", KINDS)
def test_no_paper_printed_here_stands_with_the_rest(kind: str) -> None:
    assert category_of(kind) is not Category.OTHER


@pytest.mark.parametrize("kind", ["run:drill", "run:response"])
def test_records_of_drills_and_emergencies_stand_beside_the_plans(kind: str) -> None:
    assert category_of(kind) is Category.PLANS
