"""Reports are printed by the desk itself: once, on the right day, and it is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from opsdesk.archive import queries as archive
from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.core.files import Store
from opsdesk.core.outbox.models import Notice
from opsdesk.flows import print_reports
from opsdesk.people.models import Role
from opsdesk.reporting import operations
from opsdesk.reporting.models import Order, OrderState
from opsdesk.reporting.queries import drafts
from tests.factories.people import a_person
from tests.factories.rounds import judged_round, verdict
from tests.factories.settings import some_settings

DAY = date(2026, 9, 14)
AT = datetime(2026, 9, 14, 0, tzinfo=UTC)
FIRST_WORKING = datetime(2026, 10, 8, 1, tzinfo=UTC)  # after the National Day holiday
NUMBER = "WRY-YB-202609"


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    """Give a desk that held one round in September, and a lead."""
    settings = some_settings(tmp_path)
    with database.unit() as session:
        a_person(session, "lead", Role.LEAD, at=AT)
        judged_round(session, {"db-1": verdict()}, day=DAY, at=AT)
    return Desk(settings=settings, database=database, store=Store(tmp_path / "files"))


def orders(desk: Desk) -> list[Order]:
    with desk.database.reading() as session:
        return list(session.scalars(select(Order).order_by(Order.id)))


def notices(desk: Desk) -> list[str]:
    with desk.database.reading() as session:
        query = select(Notice.zh).where(Notice.subject == NUMBER)
        return list(session.scalars(query.order_by(Notice.id)))


def test_the_month_is_ordered_on_the_first_working_day_and_only_once(
    desk: Desk,
) -> None:
    holiday = datetime(2026, 10, 1, 6, tzinfo=UTC)
    assert print_reports.order_due(desk, at=holiday) == 0
    early = FIRST_WORKING - timedelta(hours=2)
    assert print_reports.order_due(desk, at=early) == 0
    assert print_reports.order_due(desk, at=FIRST_WORKING) == 1
    later = FIRST_WORKING + timedelta(minutes=20)
    assert print_reports.order_due(desk, at=later) == 0
    (order,) = orders(desk)
    assert (order.number, order.by, order.state) == (NUMBER, "", OrderState.WAITING)


def test_a_desk_that_was_not_there_last_month_orders_nothing(desk: Desk) -> None:
    september = datetime(2026, 9, 15, 3, tzinfo=UTC)
    assert print_reports.order_due(desk, at=september) == 0
    contract = replace(desk.settings.contract, start=date(2026, 10, 1))
    later = replace(desk, settings=replace(desk.settings, contract=contract))
    assert print_reports.order_due(later, at=FIRST_WORKING) == 0


@pytest.mark.pdf
def test_what_was_ordered_is_printed_archived_and_told(desk: Desk) -> None:
    print_reports.order_due(desk, at=FIRST_WORKING)
    assert print_reports.sweep(desk, at=FIRST_WORKING) == 1
    assert print_reports.sweep(desk, at=FIRST_WORKING) == 0
    with desk.database.reading() as session:
        paper = archive.current(session, NUMBER)
    assert paper is not None
    assert paper.version == 1
    (order,) = orders(desk)
    assert (order.state, order.issued_version) == (OrderState.DONE, 1)
    assert ["已出具" in said for said in notices(desk)] == [True]


def test_a_failure_is_told_with_its_reason_and_not_tried_again(
    desk: Desk, tmp_path: Path
) -> None:
    """The store is a file where a folder should be, as on a disk that went away."""
    print_reports.order_due(desk, at=FIRST_WORKING)
    (tmp_path / "gone").write_text("not a folder")
    broken = replace(desk, store=Store(tmp_path / "gone"))
    assert print_reports.sweep(broken, at=FIRST_WORKING) == 1
    (order,) = orders(desk)
    assert order.state is OrderState.FAILED
    assert order.reason_zh
    assert order.reason_en
    (said,) = notices(desk)
    assert "没有出具" in said
    tomorrow = FIRST_WORKING + timedelta(days=1)
    assert print_reports.order_due(desk, at=tomorrow) == 0
    assert print_reports.sweep(desk, at=tomorrow) == 0


def test_a_period_without_data_fails_in_words(desk: Desk) -> None:
    with desk.database.unit() as session:
        operations.order(session, "WRY-YB-202607", "202607", by="lead", at=AT)
    assert print_reports.sweep(desk, at=FIRST_WORKING) == 1
    (order,) = orders(desk)
    assert "没有任何巡检" in order.reason_zh


def test_an_order_whose_printer_died_is_given_up_and_told(desk: Desk) -> None:
    with desk.database.unit() as session:
        operations.order(session, NUMBER, "202609", by="lead", at=FIRST_WORKING)
        operations.begin(session, at=FIRST_WORKING)
    soon = FIRST_WORKING + timedelta(minutes=5)
    assert print_reports.sweep(desk, at=soon) == 0
    late = FIRST_WORKING + timedelta(minutes=20)
    print_reports.sweep(desk, at=late)
    with desk.database.reading() as session:
        last = drafts.last_order(session, NUMBER)
    assert last is not None
    assert last.state is OrderState.FAILED
    assert "中断" in notices(desk)[0]
