"""The drill year keeps itself: made once, opened in time, never silently forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.core.files import Store
from opsdesk.core.outbox.models import Notice
from opsdesk.flows import keep_drills
from opsdesk.people.models import Role
from opsdesk.people.operations import person_named
from opsdesk.responses.models import DrillSlot, Run, RunEvent
from opsdesk.responses.operations import moving, opening, stepping
from opsdesk.responses.queries import year
from opsdesk.responses.states import RunState
from runbooks.plan import SEVEN, Kind, Parameter, Plan
from tests.factories.people import a_person
from tests.factories.settings import some_settings
from tests.flows.a_plan import a_plan, title

ZONE = ZoneInfo("Asia/Shanghai")
PLANS = tuple(a_plan(scenario=one) for one in SEVEN)
BY_ID = {plan.id: plan for plan in PLANS}


def local(day: date, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)


@pytest.fixture
def desk(tmp_path: Path, database: Database) -> Desk:
    settings = some_settings(tmp_path)
    with database.unit() as session:
        a_person(session, "lead", Role.LEAD)
    return Desk(
        settings=settings, database=database, store=Store(tmp_path / "var" / "files")
    )


def filled(desk: Desk, number: int = 2026, plans: Iterable[Plan] = PLANS) -> int:
    with desk.database.unit() as session:
        lead = person_named(session, "lead")
        return keep_drills.fill_year(
            session,
            desk.settings,
            number,
            plans,
            by=lead,
            at=local(date(2025, 12, 20)),
        )


def slots(desk: Desk) -> list[DrillSlot]:
    with desk.database.reading() as session:
        return list(session.scalars(select(DrillSlot).order_by(DrillSlot.month)))


def told(desk: Desk, like: str) -> list[Notice]:
    with desk.database.reading() as session:
        query = select(Notice).where(Notice.once.like(like)).order_by(Notice.id)
        return list(session.scalars(query))


def test_a_year_has_twelve_drills_over_seven_scenarios_on_working_days(
    desk: Desk,
) -> None:
    assert filled(desk) == 12
    assert filled(desk) == 0

    made = slots(desk)
    assert {one.plan for one in made} == set(BY_ID)
    assert sum(one.joint for one in made) == 1
    holidays = {date(2026, 2, 18), date(2026, 10, 1)}
    assert all(one.planned_on.weekday() < 5 for one in made)
    assert not holidays & {one.planned_on for one in made}


def test_a_year_made_in_its_course_holds_only_what_can_still_be_rehearsed(
    desk: Desk,
) -> None:
    with desk.database.unit() as session:
        lead = person_named(session, "lead")
        at = local(date(2026, 9, 30))
        made = keep_drills.fill_year(
            session, desk.settings, 2026, PLANS, by=lead, at=at
        )
    assert made == 4
    assert min(one.month for one in slots(desk)) == date(2026, 9, 1)


def test_a_drill_is_opened_seven_days_before_its_day_and_once(desk: Desk) -> None:
    filled(desk)
    third = slots(desk)[2]

    eight = local(third.planned_on - timedelta(days=8))
    seven = local(third.planned_on - timedelta(days=7))
    assert keep_drills.open_due(desk, BY_ID, at=eight) == 0
    assert keep_drills.open_due(desk, BY_ID, at=seven) == 1
    assert keep_drills.open_due(desk, BY_ID, at=seven) == 0

    with desk.database.reading() as session:
        run = session.scalars(select(Run)).one()
    assert (run.plan, run.state, run.exercise) == (third.plan, RunState.PLANNED, True)
    assert run.number.startswith("DRL-")
    assert slots(desk)[2].run_id == run.id
    (said,) = told(desk, "drill:%:opened")
    assert said.zh.startswith("【演练】")


def test_what_was_missed_in_months_gone_by_stays_overdue(desk: Desk) -> None:
    filled(desk)

    keep_drills.open_due(desk, BY_ID, at=local(date(2026, 5, 30)))

    with desk.database.reading() as session:
        assert [run.plan for run in session.scalars(select(Run))] == [
            slots(desk)[4].plan
        ]
        at = local(date(2026, 5, 30))
        found = year.year(session, 2026, PLANS, zone=ZONE, at=at)
    assert len(found.overdue) == 4


def test_a_drill_not_begun_is_reminded_of_a_day_before_and_daily_after(
    desk: Desk,
) -> None:
    filled(desk)
    day = slots(desk)[2].planned_on
    for offset in range(-7, 3):
        at = local(day + timedelta(days=offset))
        for hour in (0, 3):
            later = at + timedelta(hours=hour)
            keep_drills.open_due(desk, BY_ID, at=later)
            keep_drills.remind(desk, at=later)

    assert len(told(desk, "drill:%:soon:%")) == 1
    assert [one.at.astimezone(ZONE).date() for one in told(desk, "drill:%:late:%")] == [
        day + timedelta(days=1),
        day + timedelta(days=2),
    ]
    assert all("演练" in one.zh for one in told(desk, "drill:%"))


def test_a_drill_that_needs_a_value_is_opened_and_told_the_value_later(
    desk: Desk,
) -> None:
    asks = Parameter(name="target", title=title("目标"), kind=Kind.TEXT)
    plans = {one.id: a_plan(scenario=one.scenario, parameters=(asks,)) for one in PLANS}
    filled(desk)
    at = local(slots(desk)[2].planned_on)

    assert keep_drills.open_due(desk, plans, at=at) == 1

    with desk.database.unit() as session:
        lead = person_named(session, "lead")
        run = session.scalars(select(Run)).one()
        opening.fill_parameters(
            session, desk.settings, run.number, {"target": "x"}, {}, by=lead, at=at
        )
        assert run.parameters == {"target": "x"}


def test_a_slot_whose_plan_is_gone_is_left_to_the_lead(desk: Desk) -> None:
    filled(desk)

    keep_drills.open_due(desk, {}, at=local(slots(desk)[2].planned_on))

    assert len(told(desk, "drill:%:by-hand:%")) == 1


def test_a_drill_across_the_last_midnight_of_a_month_counts_for_that_month(
    desk: Desk,
) -> None:
    filled(desk)
    row = slots(desk)[2]
    last = date(2026, 3, 31)
    keep_drills.open_due(desk, BY_ID, at=local(row.planned_on))
    with desk.database.unit() as session:
        lead = person_named(session, "lead")
        run = session.scalars(select(Run)).one()
        number = run.number
        for name, at in (
            ("ready", local(last, 23, 30)),
            ("start", local(last, 23, 45)),
        ):
            moving.move(
                session, number, moving.Going(name=name), zone=ZONE, by=lead, at=at
            )
    after = local(date(2026, 4, 1), 0, 30)
    with desk.database.unit() as session:
        lead = person_named(session, "lead")
        tick = stepping.Tick(key="look")
        stepping.done(session, number, tick, by=lead, at=local(last, 23, 59))
        moving.move(
            session,
            number,
            moving.Going(name="review"),
            zone=ZONE,
            by=lead,
            at=after,
        )

    with desk.database.reading() as session:
        found = year.year(session, 2026, PLANS, zone=ZONE, at=after)
        run = session.scalars(select(Run)).one()
        events = session.scalars(select(RunEvent).order_by(RunEvent.id)).all()
    march = next(one for one in found.slots if one.month == date(2026, 3, 1))
    assert (march.started_on, march.overdue) == (last, False)
    assert march not in found.overdue
    assert run.review_due_at is not None
    # 1 to 3 April are worked, 4 to 6 are 清明: the fifth working day after is 9 April.
    assert run.review_due_at.astimezone(ZONE) == local(date(2026, 4, 10), 0)
    assert [one.at for one in events] == sorted(one.at for one in events)
