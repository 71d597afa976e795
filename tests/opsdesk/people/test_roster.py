"""Who is on duty: now, next, missing; what is wrong with a month; filling one."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core.audit_models import AuditEntry
from opsdesk.core.database import Database
from opsdesk.core.language import RefusedInWords
from opsdesk.core.settings import Shift
from opsdesk.people import operations
from opsdesk.people.models import Person, Role
from opsdesk.people.roster.lint import Rule, lint
from opsdesk.people.roster.models import Duty, LeaveState, Post
from opsdesk.people.roster.operations import attending, planning
from opsdesk.people.roster.queries import (
    LeaveRow,
    absences,
    duties,
    next_on_duty,
    on_duty,
)
from opsdesk.people.roster.shifts import turn, turns
from tests.factories.people import NOON, a_person
from tests.factories.roster import BEFORE, DAY, ZONE, clock, on, the_turns


def crew(
    session: Session, count: int = 4, *, phone: str = "138 0000 0000"
) -> list[Person]:
    people = [a_person(session, f"eng{n}") for n in range(count)]
    for person in people:
        person.phone = phone
    return people


def rules(
    session: Session, days: int = 1, holidays: set[date] | None = None
) -> Counter[Rule]:
    found = lint(session, the_turns(days), holidays=holidays or set())
    return Counter(flaw.rule for flaw in found)


def full_day(session: Session, people: list[Person]) -> None:
    day, night = the_turns()
    for one, two, shift in ((people[0], people[1], day), (people[2], people[3], night)):
        on(session, one, shift)
        on(session, two, shift, Post.BACKUP)


def test_who_is_on_duty_is_told_to_the_minute_across_midnight(
    database: Database,
) -> None:
    with database.unit() as session:
        full_day(session, crew(session))
        at = clock(23, 59)
        assert [one.username for one in on_duty(session, at)] == ["eng2", "eng3"]
        after_midnight = on_duty(session, clock(0, 1, days=1))
        assert [one.post for one in after_midnight] == [Post.PRIMARY, Post.BACKUP]
        assert after_midnight[0].until == clock(8, days=1)
        assert [o.username for o in on_duty(session, clock(20))] == ["eng2", "eng3"]
        assert [o.username for o in on_duty(session, clock(19, 59))] == ["eng0", "eng1"]
        assert on_duty(session, clock(8, days=1)) == ()


def test_the_next_on_duty_are_those_whose_shift_begins_first(
    database: Database,
) -> None:
    with database.unit() as session:
        full_day(session, crew(session))
        assert [one.username for one in next_on_duty(session, clock(9))] == [
            "eng2",
            "eng3",
        ]
        assert next_on_duty(session, clock(21)) == ()


def test_whoever_was_taken_off_is_not_on_duty(sqlite_database: Database) -> None:
    with sqlite_database.unit() as session:
        duty = on(session, crew(session)[0], the_turns()[0])
        planning.remove(session, duty.id, by="lead", at=BEFORE)
        assert on_duty(session, clock(9)) == ()


def test_a_shift_follows_the_local_clock_where_summer_time_begins() -> None:
    night = Shift("night", clock(20).time(), clock(8).time())
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    one = turn(date(2027, 3, 27), night, ZoneInfo("Europe/Berlin"))
    assert one.ends_at - one.starts_at == timedelta(hours=11)


def test_a_shift_that_ends_when_it_starts_lasts_a_day() -> None:
    whole = Shift("24 h", clock(8).time(), clock(8).time())
    one = turn(DAY, whole, ZONE)
    assert one.ends_at - one.starts_at == timedelta(hours=24)


def test_changed_shifts_move_no_duty_that_was_published(
    sqlite_database: Database,
) -> None:
    with sqlite_database.unit() as session:
        on(session, crew(session)[0], the_turns()[0])
        short = turns(
            DAY, DAY, [Shift("白班", clock(9).time(), clock(17).time())], ZONE
        )
        assert short[0].starts_at == clock(9)
        assert len(on_duty(session, clock(8, 30))) == 1


def test_absence_is_told_a_quarter_of_an_hour_in_until_somebody_signs_in(
    database: Database,
) -> None:
    with database.unit() as session:
        people = crew(session)
        duty = on(session, people[0], the_turns()[0])
        on(session, people[1], the_turns()[0], Post.BACKUP, on_site=False)
        assert absences(session, clock(8, 14)) == ()
        assert [row.username for row in absences(session, clock(8, 15))] == ["eng0"]
        attending.arrive(session, duty.id, by=people[0], at=clock(8, 20))
        assert absences(session, clock(8, 21)) == ()


def test_only_oneself_signs_in_and_only_about_the_time_of_the_shift(
    sqlite_database: Database,
) -> None:
    with sqlite_database.unit() as session:
        people = crew(session)
        duty = on(session, people[0], the_turns()[0])
        for who, at in (
            (people[1], clock(8)),
            (people[0], clock(6, 59)),
            (people[0], clock(20)),
        ):
            with pytest.raises(RefusedInWords):
                attending.arrive(session, duty.id, by=who, at=at)
        assert duty.arrived_at is None
        attending.arrive(session, duty.id, by=people[0], at=clock(7))
        attending.arrive(session, duty.id, by=people[0], at=clock(9))
        assert duty.arrived_at == clock(7)


def test_a_sound_day_has_no_flaw(database: Database) -> None:
    with database.unit() as session:
        full_day(session, crew(session))
        assert rules(session) == {}


def test_a_shift_without_a_primary_is_a_gap(sqlite_database: Database) -> None:
    with sqlite_database.unit() as session:
        on(session, crew(session)[0], the_turns()[0], Post.BACKUP)
        assert rules(session)[Rule.GAP] == 2


def test_two_must_be_on_site_and_remote_does_not_count(
    sqlite_database: Database,
) -> None:
    with sqlite_database.unit() as session:
        people = crew(session)
        full_day(session, people)
        assert rules(session)[Rule.FEW] == 0
        session.scalars(
            select(Duty).where(Duty.post == Post.BACKUP)
        ).first().on_site = (  # type: ignore[union-attr]
            False
        )
        session.flush()
        assert rules(session)[Rule.FEW] == 1


def test_a_day_and_the_night_after_it_is_too_long_and_so_is_a_night_before(
    sqlite_database: Database,
) -> None:
    with sqlite_database.unit() as session:
        people = crew(session)
        full_day(session, people)
        night = the_turns()[1]
        on(session, people[0], night, Post.BACKUP)
        assert rules(session)[Rule.LONG] == 1
        before = the_turns(first=DAY - timedelta(days=1))[1]
        on(session, people[1], before)
        assert rules(session)[Rule.LONG] == 2


def test_a_leader_is_on_call_and_never_too_long(sqlite_database: Database) -> None:
    with sqlite_database.unit() as session:
        people = crew(session, 5)
        full_day(session, people)
        for shift in the_turns():
            on(session, people[4], shift, Post.LEADER, on_site=False)
        assert rules(session) == {}


def test_people_without_phone_on_leave_or_disabled_are_told_by_name(
    sqlite_database: Database,
) -> None:
    with sqlite_database.unit() as session:
        people = crew(session)
        full_day(session, people)
        people[0].phone = ""
        people[1].disabled_at = NOON
        leave = attending.ask_leave(session, DAY, DAY, "", by=people[2], at=BEFORE)
        lead = a_person(session, "lead", Role.LEAD)
        attending.decide_leave(
            session, leave.id, LeaveState.GRANTED, by=lead, at=BEFORE
        )
        found = {f.rule: f.words.zh for f in lint(session, the_turns())}
        assert found == {
            Rule.PHONE: f"{people[0].name} 没有登记电话",
            Rule.DISABLED: f"{people[1].name} 的账号已停用",
            Rule.AWAY: f"{people[2].name} 请假",
        }


def test_leave_that_was_not_granted_leaves_the_roster_sound(
    sqlite_database: Database,
) -> None:
    with sqlite_database.unit() as session:
        people = crew(session)
        full_day(session, people)
        attending.ask_leave(session, DAY, DAY, "", by=people[2], at=BEFORE)
        assert rules(session) == {}


def test_a_statutory_holiday_needs_all_three_posts(sqlite_database: Database) -> None:
    with sqlite_database.unit() as session:
        people = crew(session, 5)
        full_day(session, people)
        assert rules(session, holidays={DAY})[Rule.HOLIDAY] == 2
        for shift in the_turns():
            on(session, people[4], shift, Post.LEADER, on_site=False)
        assert rules(session, holidays={DAY}) == {}


def test_the_same_person_is_not_put_twice_into_one_shift(
    sqlite_database: Database,
) -> None:
    with sqlite_database.unit() as session:
        person = crew(session)[0]
        on(session, person, the_turns()[0])
        with pytest.raises(RefusedInWords):
            on(session, person, the_turns()[0], Post.BACKUP)


@pytest.mark.parametrize(
    "role", [Role.CUSTOMER, Role.SYSTEM, Role.SECURITY, Role.AUDIT]
)
def test_nobody_but_the_operations_people_is_put_on_duty(
    sqlite_database: Database, role: Role
) -> None:
    with sqlite_database.unit() as session, pytest.raises(RefusedInWords):
        on(session, a_person(session, "other", role), the_turns()[0])


def test_a_duty_that_is_over_or_signed_in_to_stays_in_the_roster(
    sqlite_database: Database,
) -> None:
    with sqlite_database.unit() as session:
        people = crew(session)
        duty = on(session, people[0], the_turns()[0])
        with pytest.raises(RefusedInWords):
            planning.remove(session, duty.id, by="lead", at=clock(20))
        attending.arrive(session, duty.id, by=people[0], at=clock(8))
        with pytest.raises(RefusedInWords):
            planning.remove(session, duty.id, by="lead", at=clock(9))
        assert len(duties(session, DAY, DAY)) == 1


def test_a_month_is_filled_in_turn_without_a_flaw(database: Database) -> None:
    names = [f"eng{n}" for n in range(6)]
    with database.unit() as session:
        crew(session, 6)
        lead = a_person(session, "lead", Role.LEAD)
        lead.phone = "139"
        rota = planning.Rota(crew=names, leaders=["lead"])
        made = planning.fill(session, the_turns(30), rota, by="lead", at=BEFORE)
        assert made == 30 * 2 * 3
        assert rules(session, 30, {DAY}) == {}
        shares = Counter(
            row.username
            for row in duties(session, DAY, DAY + timedelta(days=29))
            if row.post is not Post.LEADER
        )
        assert set(shares.values()) == {20}
        last = session.scalars(
            select(AuditEntry.action).order_by(AuditEntry.seq.desc())
        ).first()
        assert last == "duty.filled"


def test_filling_again_makes_nothing_and_keeps_what_stood(
    sqlite_database: Database,
) -> None:
    with sqlite_database.unit() as session:
        people = crew(session, 6)
        first = on(session, people[5], the_turns()[0])
        rota = planning.Rota(crew=[person.username for person in people])
        planning.fill(session, the_turns(7), rota, by="lead", at=BEFORE)
        assert planning.fill(session, the_turns(7), rota, by="lead", at=BEFORE) == 0
        assert duties(session, DAY, DAY)[0].id == first.id


def test_a_week_is_copied_with_posts_and_places_and_keeps_what_stood(
    sqlite_database: Database,
) -> None:
    with sqlite_database.unit() as session:
        people = crew(session)
        monday = DAY - timedelta(days=1)
        for shift in the_turns(7, first=monday):
            on(session, people[0 if shift.shift == "白班" else 2], shift)
            on(session, people[1], shift, Post.BACKUP, on_site=False)
        targets = the_turns(14, first=monday + timedelta(days=7))
        on(session, people[0], targets[0])
        made = planning.copy_week(session, targets, by="lead", at=BEFORE)
        assert made == 2 * 14 * 2 - 1
        copied = duties(session, targets[0].day, targets[-1].day)
        assert {(row.username, row.post, row.on_site) for row in copied} == {
            ("eng0", Post.PRIMARY, True),
            ("eng2", Post.PRIMARY, True),
            ("eng1", Post.BACKUP, False),
        }


@given(
    count=st.integers(2, 9),
    days=st.integers(1, 20),
    away=st.lists(
        st.tuples(st.integers(0, 8), st.integers(0, 19), st.integers(0, 5)), max_size=6
    ),
)
def test_whoever_is_planned_is_there_and_stands_once(
    count: int, days: int, away: list[tuple[int, int, int]]
) -> None:
    people = [Person(id=n, username=f"eng{n}", name=f"eng{n}") for n in range(count)]
    leaves = [
        LeaveRow(
            id=0,
            person_id=who,
            username="",
            name="",
            first=DAY + timedelta(days=begins),
            last=DAY + timedelta(days=begins + length),
            reason="",
            state=LeaveState.GRANTED,
            asked_at=NOON,
            decided_by="",
        )
        for who, begins, length in away
    ]
    placed = list(planning.plan(the_turns(days), people, people[:1], [], leaves))
    seats = Counter((place.turn, person.id) for place, person in placed)
    assert set(seats.values()) <= {1}
    for place, person in placed:
        assert not any(
            leave.person_id == person.id and leave.first <= place.turn.day <= leave.last
            for leave in leaves
        )


def test_a_phone_is_digits_and_only_then_kept(sqlite_database: Database) -> None:
    with sqlite_database.unit() as session:
        person = crew(session, 1)[0]
        with pytest.raises(RefusedInWords):
            attending.set_phone(session, person, "call me", by="lead", at=BEFORE)
        attending.set_phone(session, person, " 010-6655 1234 ", by="lead", at=BEFORE)
        again = operations.person_named(session, person.username)
        assert again.phone == "010-6655 1234"
