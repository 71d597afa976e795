"""What may follow what: the table decides, for everybody, every time."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from opsdesk.core import audit
from opsdesk.core.audit_models import AuditEntry
from opsdesk.core.database import Database
from opsdesk.core.errors import Refused
from opsdesk.core.settings import Settings
from opsdesk.flows.registers import REGISTERS
from opsdesk.tickets.entering import Mistaken
from opsdesk.tickets.models import Kind, Relation, Ticket, TicketEvent, What
from opsdesk.tickets.operations import noting
from opsdesk.tickets.operations.holding import Absent, Overtaken
from opsdesk.tickets.operations.opening import NotYours
from opsdesk.tickets.register import Register
from tests.factories.people import NOON
from tests.factories.settings import some_settings
from tests.factories.tickets import (
    COLLEAGUE,
    CUSTOMER,
    ENGINEER,
    LEAD,
    SYSTEM,
    a_ticket,
    step,
)

MINUTE = timedelta(minutes=1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return some_settings(tmp_path)


@pytest.mark.parametrize("register", REGISTERS, ids=lambda one: one.kind.value)
def test_a_table_of_moves_names_only_states_and_fields_there_are(
    register: Register,
) -> None:
    states, fields = set(register.by_state), set(register.fields)
    for move in register.moves:
        assert {*move.before, move.after} - {""} <= states, move.name
        named = {*move.needs, *move.asks, *([move.sets] if move.sets else [])}
        assert named <= fields, move.name
        assert not move.sets or not register.fields[move.sets].by_hand, move.name
    assert {*register.voided, *register.voided.values()} <= states
    assert {one for one, _agreed in register.decided} <= states
    assert set(register.short) <= fields


@pytest.mark.parametrize("register", REGISTERS, ids=lambda one: one.kind.value)
def test_every_state_can_be_reached_and_every_open_one_left(register: Register) -> None:
    reached = {register.first.name}
    for _ in register.states:
        reached |= {
            move.after for move in register.moves if set(move.before) & reached
        } - {""}
        reached |= {
            after for (one, _yes), after in register.decided.items() if one in reached
        }
    assert reached == set(register.by_state)
    left = {state for move in register.moves for state in move.before if move.after}
    left |= {one for one, _yes in register.decided}
    assert {state.name for state in register.states if state.is_open} <= left


def test_an_incident_goes_from_the_call_to_its_closing(
    database: Database, settings: Settings
) -> None:
    with database.unit() as session:
        ticket = a_ticket(session, settings)
        step(session, settings, ticket, "respond", at=NOON + MINUTE)
        step(session, settings, ticket, "start", at=NOON + 2 * MINUTE)
        step(session, settings, ticket, "restore", at=NOON + 3 * MINUTE)
        solved = {"cause": "未分页", "solution": "分页"}
        step(session, settings, ticket, "resolve", solved, at=NOON + 4 * MINUTE)
        closing = {"confirmed_by": "甲方", "no_release_why": "只改配置"}
        step(session, settings, ticket, "close", closing, by=CUSTOMER)
        assert (ticket.state, ticket.is_open) == ("closed", False)
        told = session.scalars(select(TicketEvent.move).order_by(TicketEvent.id)).all()
        assert told == ["", "respond", "start", "restore", "resolve", "close"]
        assert ticket.result is not None
        assert ticket.result["clocks"]["response"]["met"] is True
        assert ticket.result["policy"] == "legal_days"


def test_a_step_that_is_not_open_says_where_the_ticket_is(
    database: Database, settings: Settings
) -> None:
    with database.unit() as session:
        ticket = a_ticket(session, settings)
        with pytest.raises(Refused, match="新建"):
            step(session, settings, ticket, "close", {"confirmed_by": "甲方"})
        assert ticket.state == "new"


def test_the_second_of_two_clicks_is_told_what_the_first_did(
    database: Database, settings: Settings
) -> None:
    with database.unit() as session:
        ticket = a_ticket(session, settings)
        step(session, settings, ticket, "respond", by=COLLEAGUE)
        with pytest.raises(Refused, match=r"已响应.*tongshi"):
            step(session, settings, ticket, "respond")


def test_what_is_still_empty_is_named_all_at_once(
    database: Database, settings: Settings
) -> None:
    with database.unit() as session:
        ticket = a_ticket(session, settings)
        step(session, settings, ticket, "respond")
        with pytest.raises(Mistaken) as told:
            step(session, settings, ticket, "resolve")
        assert set(told.value.fields) == {"cause", "solution"}
        assert ticket.state == "acknowledged"


def test_administrators_do_no_business_work(
    database: Database, settings: Settings
) -> None:
    with database.unit() as session:
        with pytest.raises(NotYours):
            a_ticket(session, settings, by=SYSTEM)
        ticket = a_ticket(session, settings)
        with pytest.raises(NotYours):
            step(session, settings, ticket, "respond", by=SYSTEM)


def test_only_the_lead_makes_a_record_void_and_says_why(
    database: Database, settings: Settings
) -> None:
    with database.unit() as session:
        ticket = a_ticket(session, settings)
        with pytest.raises(NotYours):
            step(session, settings, ticket, "void", note="重复")
        with pytest.raises(Mistaken):
            step(session, settings, ticket, "void", by=LEAD)
        step(session, settings, ticket, "void", by=LEAD, note="与另一张重复")
        assert ticket.state == "void"
        assert session.scalar(select(Ticket.title)) == "导出超时"  # kept


def test_a_fault_over_a_day_cannot_be_closed_without_its_plan(
    database: Database, settings: Settings
) -> None:
    later = NOON + timedelta(days=1)
    with database.unit() as session:
        ticket = a_ticket(session, settings)
        step(session, settings, ticket, "respond")
        solved = {"cause": "磁盘", "solution": "更换"}
        step(session, settings, ticket, "resolve", solved, at=later)
        closing = {"confirmed_by": "甲方", "no_release_why": "无"}
        with pytest.raises(Refused, match="修改计划"):
            step(session, settings, ticket, "close", closing, at=later)
        plan = {"modification_plan": "周三更换磁盘"}
        step(session, settings, ticket, "report-plan", plan, at=later)
        step(session, settings, ticket, "close", closing, at=later)
        assert ticket.state == "closed"
        assert ticket.result is not None
        assert ticket.result["clocks"]["restored"]["met"] is False


def test_reopened_within_seven_days_and_not_after(
    database: Database, settings: Settings
) -> None:
    with database.unit() as session:
        ticket = a_ticket(session, settings)
        step(session, settings, ticket, "respond")
        step(session, settings, ticket, "resolve", {"cause": "甲", "solution": "乙"})
        week = NOON + timedelta(days=7, minutes=1)
        with pytest.raises(Refused, match="接续"):
            step(session, settings, ticket, "reopen", at=week, note="又坏了")
        step(
            session,
            settings,
            ticket,
            "reopen",
            by=CUSTOMER,
            at=NOON + timedelta(days=6),
            note="又坏了",
        )
        assert ticket.state == "working"


def test_a_fault_is_declared_complex_before_its_same_day_deadline_only(
    database: Database, settings: Settings
) -> None:
    said = {"complex_why": "要改库", "task_force": "a b", "customer_informed": "yes"}
    with database.unit() as session:
        ticket = a_ticket(session, settings)
        alone = {**said, "task_force": "a"}
        with pytest.raises(Refused, match="至少 2 人"):
            step(session, settings, ticket, "declare-complex", alone)
        untold = {**said, "customer_informed": "no"}
        with pytest.raises(Refused, match="甲方"):
            step(session, settings, ticket, "declare-complex", untold)
        late = NOON + timedelta(days=1)
        with pytest.raises(Refused, match="不能再改判"):
            step(session, settings, ticket, "declare-complex", said, at=late)
        step(session, settings, ticket, "declare-complex", said)
        assert ticket.is_complex
        step(session, settings, ticket, "respond")
        assert ticket.due_at == NOON + timedelta(days=3, hours=12)  # D+3, 24:00


def test_an_older_version_overwrites_nothing(
    database: Database, settings: Settings
) -> None:
    from opsdesk.flows import work_tickets  # noqa: PLC0415
    from opsdesk.flows.work_tickets import Deed  # noqa: PLC0415
    from opsdesk.tickets.operations.editing import Edition  # noqa: PLC0415

    deed = Deed(by=ENGINEER, at=NOON)
    with database.unit() as session:
        ticket = a_ticket(session, settings)
        first = Edition(values={"description": "甲"}, version=1)
        work_tickets.edit(session, settings, ticket.number, first, deed)
        second = Edition(values={"description": "乙"}, version=1)
        with pytest.raises(Overtaken):
            work_tickets.edit(session, settings, ticket.number, second, deed)
        assert ticket.sheet["description"] == "甲"
        note = noting.Note(text="仍可加备注")
        work_tickets.note(session, settings, ticket.number, note, deed)


def test_nobody_rewrites_a_timeline_not_even_in_the_database(
    database: Database, settings: Settings
) -> None:
    with database.unit() as session:
        a_ticket(session, settings)
    for statement in ("UPDATE ticket_event SET text = 'x'", "DELETE FROM ticket_event"):
        with pytest.raises(DatabaseError), database.unit() as session:
            session.execute(text(statement))


def test_without_the_audit_key_nothing_is_opened(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "TRAIL", audit.Trail())
    with pytest.raises(audit.NoAuditKey), database.unit() as session:
        a_ticket(session, settings)
    with database.reading() as session:
        assert session.scalars(select(Ticket)).all() == []


def test_each_step_stands_in_the_audit_trail(
    database: Database, settings: Settings
) -> None:
    with database.unit() as session:
        ticket = a_ticket(session, settings)
        step(session, settings, ticket, "respond")
        query = select(AuditEntry.action).where(AuditEntry.subject == ticket.number)
        actions = session.scalars(query.order_by(AuditEntry.seq)).all()
    assert actions == ["incident.opened", "incident.moved"]


def test_links_are_told_on_both_sides_and_held_once(
    database: Database, settings: Settings
) -> None:
    with database.unit() as session:
        here = a_ticket(session, settings)
        there = a_ticket(session, settings, Kind.PROBLEM)
        pair = (here.number, Relation.CAUSED_BY, there.number)
        noting.link(session, *pair, by=ENGINEER, at=NOON)
        noting.link(session, *pair, by=ENGINEER, at=NOON)
        query = select(TicketEvent.ticket_id).where(TicketEvent.what == What.LINKED)
        assert sorted(session.scalars(query)) == sorted([here.id, there.id])
        with pytest.raises(Refused, match="它自己"):
            noting.link(
                session,
                here.number,
                Relation.RELATES_TO,
                here.number,
                by=ENGINEER,
                at=NOON,
            )


@pytest.mark.parametrize("number", ["INC-20990101-0001", "XYZ-1", "", "{0}", "INC-%s"])
def test_a_number_nobody_has_is_refused_by_name(
    database: Database, settings: Settings, number: str
) -> None:
    from opsdesk.flows.work_tickets import register_for  # noqa: PLC0415
    from opsdesk.tickets.operations.holding import held  # noqa: PLC0415

    with database.unit() as session, pytest.raises(Absent):
        held(session, number)
    if not number.startswith("INC"):
        with pytest.raises(Absent):
            register_for(number)
