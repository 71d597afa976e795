"""When changes may go: collisions, freezes, and templates both sides have signed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.assets.models import Type
from opsdesk.changes import queries
from opsdesk.changes.models import ChangeTemplate
from opsdesk.changes.operations import freezing, templating
from opsdesk.changes.operations.freezing import Span
from opsdesk.changes.operations.templating import Preset, TemplateOvertaken
from opsdesk.core.audit_models import AuditEntry
from opsdesk.core.database import Database
from opsdesk.core.language import RefusedInWords
from opsdesk.core.settings import Settings
from opsdesk.flows.keep_promises import rules_of
from opsdesk.flows.propose_impact import proposed
from opsdesk.tickets.models import Freeze, Kind, Ticket
from opsdesk.tickets.operations.opening import NotYours
from opsdesk.tickets.promises.calendar import Calendar, DayKind
from tests.factories.assets import ZONE, an_item, hang
from tests.factories.people import NOON
from tests.factories.settings import some_settings
from tests.factories.tickets import (
    COLLEAGUE,
    CUSTOMER,
    ENGINEER,
    LEAD,
    a_ticket,
    change_values,
    step,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIELDS = {
    "content": "轮换证书",
    "steps": [{"action": "换", "by": "tongshi"}],
    "backout_steps": "换回",
    "verification_plan": "握手",
}
NEXT_YEAR = date(2027, 6, 30)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return some_settings(tmp_path)


@pytest.fixture
def calendar(settings: Settings) -> Calendar:
    return rules_of(settings).calendar


def a_change(session: Session, settings: Settings, **more: Any) -> Ticket:
    return a_ticket(session, settings, Kind.CHANGE, change_values(**more))


def library(session: Session) -> tuple[str, str, str]:
    """Return a database, an application on it, and a server that knows neither."""
    db = an_item(session, "db").code
    app = an_item(session, "app").code
    alone = an_item(session, "alone").code
    hang(session, app, db)
    return db, app, alone


def test_changes_of_the_same_item_at_the_same_time_collide(
    database: Database, settings: Settings
) -> None:
    with database.unit() as session:
        one = a_change(session, settings, items="app-1 db-1")
        other = a_change(session, settings, items="app-1")
        (said,) = queries.collisions(session, one)
        assert other.number in said.zh
        assert "app-1" in said.en
        assert len(queries.collisions(session, other)) == 1


def test_changes_collide_where_one_touches_what_the_other_stands_on(
    database: Database, settings: Settings
) -> None:
    with database.unit() as session:
        db, app, alone = library(session)
        one = a_change(session, settings, items=db)
        hanging = a_change(session, settings, items=app)
        a_change(session, settings, items=alone)
        (said,) = queries.collisions(session, one)
        assert hanging.number in said.zh
        assert "依赖" in said.zh
        (back,) = queries.collisions(session, hanging)
        assert one.number in back.zh


def test_changes_one_after_another_or_made_void_do_not_collide(
    database: Database, settings: Settings
) -> None:
    with database.unit() as session:
        one = a_change(session, settings, items="app-1")
        a_change(
            session,
            settings,
            items="app-1",
            window_from="2026-11-22 15:00",
            window_to="2026-11-22 16:00",
        )
        void = a_change(session, settings, items="app-1")
        step(session, settings, void, "void", by=LEAD, note="重复")
        assert queries.collisions(session, one) == ()


def test_a_month_shows_windows_holidays_freezes_and_collisions_by_day(
    database: Database, settings: Settings, calendar: Calendar
) -> None:
    with database.unit() as session:
        late = {"window_from": "2026-09-24 22:00", "window_to": "2026-09-25 02:00"}
        one = a_change(session, settings, items="app-1", **late)
        other = a_change(session, settings, items="app-1", **late)
        freezing.freeze_holidays(session, 2026, calendar, by=LEAD, at=NOON)
    with database.reading() as session:
        seen = queries.month(session, date(2026, 9, 1), calendar)
    assert len(seen.days) == 30
    before, holiday = seen.days[23], seen.days[24]
    for day in (before, holiday):
        assert [w.number for w in day.windows] == [one.number, other.number]
        assert [f.reason for f in day.freezes] == ["中秋节"]
    assert (holiday.kind, holiday.holiday) == (DayKind.STATUTORY, "中秋节")
    assert seen.days[22].windows == ()
    assert len(seen.clashes[one.number]) == 1


def test_a_year_without_a_table_of_holidays_still_shows_its_changes(
    database: Database, calendar: Calendar
) -> None:
    with database.reading() as session:
        seen = queries.month(session, date(2040, 1, 1), calendar)
    assert {day.kind for day in seen.days} == {None}


def test_a_holiday_freezes_changes_from_the_evening_before_until_it_is_over(
    database: Database, calendar: Calendar
) -> None:
    with database.unit() as session:
        made = freezing.freeze_holidays(session, 2026, calendar, by=LEAD, at=NOON)
        rows = session.scalars(select(Freeze).order_by(Freeze.since)).all()
        spring = next(row for row in rows if row.reason == "春节")
        # 14 February is worked to make up; the holiday lasts until the 23rd.
        assert spring.since == datetime(2026, 2, 14, 10, tzinfo=UTC)
        assert spring.until == datetime(2026, 2, 23, 16, tzinfo=UTC)
        assert made == len(rows) > 5
        again = freezing.freeze_holidays(session, 2026, calendar, by=LEAD, at=NOON)
        assert again == 0


def test_an_ended_freeze_is_kept_and_stops_nothing(
    database: Database, settings: Settings
) -> None:
    with database.unit() as session:
        span = Span(since=NOON, until=NOON + HOUR, reason="申报截止")
        row = freezing.freeze(session, span, by=LEAD, at=NOON)
        freezing.end(session, row.id, "截止延期", by=LEAD, at=NOON)
        assert queries.freezes(session, NOON - DAY, NOON + DAY) == ()
        with pytest.raises(RefusedInWords):
            freezing.end(session, row.id, "再来", by=LEAD, at=NOON)
        told = session.scalars(select(AuditEntry.body)).all()
        assert sum(b"freeze." in one for one in told) == 2


@pytest.mark.parametrize(
    ("since", "until", "reason"),
    [
        (NOON, NOON, "原因"),
        (NOON, None, "原因"),
        (NOON, NOON + 93 * DAY, "原因"),
        (NOON, NOON + HOUR, " "),
    ],
)
def test_a_freeze_needs_its_reason_and_a_sound_span(
    database: Database, since: datetime, until: datetime | None, reason: str
) -> None:
    span = Span(since=since, until=until, reason=reason)
    with pytest.raises(RefusedInWords), database.unit() as session:
        freezing.freeze(session, span, by=LEAD, at=NOON)


def test_only_the_lead_freezes(database: Database) -> None:
    span = Span(since=NOON, until=NOON + HOUR, reason="申报截止")
    with pytest.raises(NotYours), database.unit() as session:
        freezing.freeze(session, span, by=ENGINEER, at=NOON)


def a_template(
    session: Session, name: str = "轮换证书", until: date = NEXT_YEAR
) -> ChangeTemplate:
    preset = Preset(name=name, fields=FIELDS, valid_until=until)
    return templating.add(session, preset, ZONE, by=ENGINEER, at=NOON)


def signed(session: Session, row: ChangeTemplate) -> None:
    for hand in (LEAD, CUSTOMER):
        templating.sign(session, row.id, row.sha256, by=hand, at=NOON)


def submit(session: Session, settings: Settings, at: datetime = NOON) -> Ticket:
    ticket = a_change(session, settings, change_kind="standard", template="轮换证书")
    return step(session, settings, ticket, "submit", at=at)


def test_a_standard_change_wants_a_template_both_sides_have_signed(
    database: Database, settings: Settings
) -> None:
    with pytest.raises(RefusedInWords), database.unit() as session:
        submit(session, settings)
    with database.unit() as session:
        row = a_template(session)
    with pytest.raises(RefusedInWords), database.unit() as session:
        submit(session, settings)
    with database.unit() as session:
        templating.sign(session, row.id, row.sha256, by=LEAD, at=NOON)
    with pytest.raises(RefusedInWords), database.unit() as session:
        submit(session, settings)
    with database.unit() as session:
        templating.sign(session, row.id, row.sha256, by=CUSTOMER, at=NOON)
        assert submit(session, settings).state == "submitted"


def test_an_expired_or_ended_template_lets_nothing_through(
    database: Database, settings: Settings
) -> None:
    with database.unit() as session:
        row = a_template(session, until=date(2026, 11, 22))
        signed(session, row)
        assert submit(session, settings).state == "submitted"
    tomorrow = datetime(2026, 11, 22, 16, tzinfo=UTC)
    with pytest.raises(RefusedInWords), database.unit() as session:
        submit(session, settings, at=tomorrow)
    with database.unit() as session:
        templating.end(session, row.id, "不再使用", by=LEAD, at=NOON)
    with pytest.raises(RefusedInWords), database.unit() as session:
        submit(session, settings)


def test_an_edit_takes_both_signatures_away(database: Database) -> None:
    with database.unit() as session:
        row = a_template(session)
        signed(session, row)
        assert row.stands(NOON)
        seen = row.sha256
        preset = Preset(
            name=row.name, fields={**FIELDS, "content": "别的"}, valid_until=NEXT_YEAR
        )
        templating.edit(session, row.id, 1, preset, ZONE, by=ENGINEER, at=NOON)
        assert not row.is_signed
        with pytest.raises(TemplateOvertaken):
            templating.sign(session, row.id, seen, by=LEAD, at=NOON)
        with pytest.raises(TemplateOvertaken):
            templating.edit(session, row.id, 1, preset, ZONE, by=ENGINEER, at=NOON)


def test_nobody_signs_a_template_of_their_own_or_twice_or_as_an_engineer(
    database: Database,
) -> None:
    with database.unit() as session:
        preset = Preset(name="重启", fields=FIELDS, valid_until=NEXT_YEAR)
        row = templating.add(session, preset, ZONE, by=LEAD, at=NOON)
        with pytest.raises(RefusedInWords):
            templating.sign(session, row.id, row.sha256, by=LEAD, at=NOON)
        with pytest.raises(NotYours):
            templating.sign(session, row.id, row.sha256, by=COLLEAGUE, at=NOON)
        templating.sign(session, row.id, row.sha256, by=CUSTOMER, at=NOON)
        with pytest.raises(RefusedInWords):
            templating.sign(session, row.id, row.sha256, by=CUSTOMER, at=NOON)


def test_two_standing_templates_never_share_a_name(database: Database) -> None:
    with database.unit() as session:
        first = a_template(session)
    with pytest.raises(RefusedInWords), database.unit() as session:
        a_template(session)
    with database.unit() as session:
        templating.end(session, first.id, "改写", by=LEAD, at=NOON)
        assert a_template(session).id != first.id


def test_impact_is_proposed_down_and_up_with_its_depth(database: Database) -> None:
    with database.unit() as session:
        db, app, alone = library(session)
        page = an_item(session, "page", Type.DEVICE).code
        hang(session, page, app)
        found = [
            (one.code, one.direction.value, one.depth)
            for one in proposed(session, [app])
        ]
    assert found == [(page, "down", 1), (db, "up", 1)]
    with database.reading() as session:
        assert [one.depth for one in proposed(session, [db])] == [1, 2]
        assert proposed(session, [alone, "不存在"]) == ()
