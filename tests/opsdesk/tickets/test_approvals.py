"""Approvals that cannot be cheated: of a frozen snapshot, by strangers, once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core.database import Database
from opsdesk.core.errors import Refused
from opsdesk.core.outbox.models import Notice
from opsdesk.core.settings import Settings
from opsdesk.flows import work_tickets
from opsdesk.flows.work_tickets import Deed
from opsdesk.people.models import Role
from opsdesk.tickets.models import ApprovalRound, Kind, Substitute, Ticket
from opsdesk.tickets.operations import approving, scanning, substituting
from opsdesk.tickets.operations.approving import Decision
from opsdesk.tickets.operations.editing import Edition
from opsdesk.tickets.operations.noting import File
from opsdesk.tickets.operations.substituting import Term
from tests.factories.people import NOON, a_person
from tests.factories.settings import some_settings
from tests.factories.tickets import (
    COLLEAGUE,
    CUSTOMER,
    ENGINEER,
    LEAD,
    SHA,
    Hand,
    a_ticket,
    change_values,
    step,
)

OTHER_LEAD = Hand("fufuzeren", Role.LEAD)
MAJOR = change_values(change_kind="major")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return some_settings(tmp_path)


def submitted(session: Session, settings: Settings, **more: str) -> Ticket:
    values = {**MAJOR, **more}
    ticket = a_ticket(session, settings, Kind.CHANGE, values)
    return step(session, settings, ticket, "submit")


def asked(session: Session, ticket: Ticket) -> ApprovalRound:
    found = approving.latest(session, ticket)
    assert found is not None
    return found


def sign(
    session: Session,
    settings: Settings,
    ticket: Ticket,
    by: Hand,
    *,
    agrees: bool = True,
) -> None:
    opinion = "同意" if agrees else "风险没有写清"
    decision = Decision(
        round_id=asked(session, ticket).id, agrees=agrees, opinion=opinion
    )
    deed = Deed(by=by, at=NOON)
    work_tickets.decide(session, settings, ticket.number, decision, deed)


def test_a_major_change_is_approved_by_the_lead_and_then_the_customer(
    database: Database, settings: Settings
) -> None:
    with database.unit() as session:
        ticket = submitted(session, settings)
        with pytest.raises(Refused, match="不是你签署"):
            sign(session, settings, ticket, CUSTOMER)  # not his turn yet
        sign(session, settings, ticket, LEAD)
        assert ticket.state == "submitted"
        sign(session, settings, ticket, CUSTOMER)
        assert ticket.state == "approved"


def test_signing_all_at_once_knows_no_order(
    database: Database, settings: Settings
) -> None:
    with database.unit() as session:
        ticket = submitted(session, settings, approval_order="parallel")
        sign(session, settings, ticket, CUSTOMER)
        sign(session, settings, ticket, LEAD)
        assert ticket.state == "approved"


@pytest.mark.parametrize("who", ["requester", "editor", "executor"])
def test_nobody_approves_his_own_change(
    database: Database, settings: Settings, who: str
) -> None:
    with database.unit() as session:
        values = {**MAJOR, "executors": "fuzeren" if who == "executor" else "tongshi"}
        opener = LEAD if who == "requester" else ENGINEER
        ticket = a_ticket(session, settings, Kind.CHANGE, values, by=opener)
        if who == "editor":
            edition = Edition(values={"reason": "改写"}, version=ticket.version)
            deed = Deed(by=LEAD, at=NOON)
            work_tickets.edit(session, settings, ticket.number, edition, deed)
        step(session, settings, ticket, "submit")
        with pytest.raises(Refused, match="不能由你批准"):
            sign(session, settings, ticket, LEAD)
        sign(session, settings, ticket, OTHER_LEAD)


def test_any_edit_makes_the_signatures_void(
    database: Database, settings: Settings
) -> None:
    with database.unit() as session:
        ticket = submitted(session, settings)
        sign(session, settings, ticket, LEAD)
        sign(session, settings, ticket, CUSTOMER)
        edition = Edition(values={"backout_steps": "别的"}, version=ticket.version)
        deed = Deed(by=ENGINEER, at=NOON)
        work_tickets.edit(session, settings, ticket.number, edition, deed)
        assert (ticket.state, asked(session, ticket).outcome) == ("draft", "void")
        with pytest.raises(Refused, match="已失效"):
            sign(session, settings, ticket, OTHER_LEAD)
        with pytest.raises(Refused):
            step(session, settings, ticket, "schedule")


def test_what_is_written_while_carrying_it_out_voids_nothing(
    database: Database, settings: Settings
) -> None:
    with database.unit() as session:
        ticket = submitted(session, settings)
        sign(session, settings, ticket, LEAD)
        sign(session, settings, ticket, CUSTOMER)
        edition = Edition(values={"deviation": "无"}, version=ticket.version)
        deed = Deed(by=ENGINEER, at=NOON)
        work_tickets.edit(session, settings, ticket.number, edition, deed)
        assert (ticket.state, asked(session, ticket).outcome) == ("approved", "agreed")


def test_a_refusal_needs_its_reason_and_sends_the_change_back(
    database: Database, settings: Settings
) -> None:
    with database.unit() as session:
        ticket = submitted(session, settings)
        silent = Decision(round_id=asked(session, ticket).id, agrees=False)
        deed = Deed(by=LEAD, at=NOON)
        with pytest.raises(Refused, match="理由"):
            work_tickets.decide(session, settings, ticket.number, silent, deed)
        sign(session, settings, ticket, LEAD, agrees=False)
        assert ticket.state == "rejected"
        with pytest.raises(Refused, match=r"已被驳回.*fuzeren"):
            sign(session, settings, ticket, CUSTOMER)


def test_an_approval_of_before_does_not_hold_after_a_refusal(
    database: Database, settings: Settings
) -> None:
    with database.unit() as session:
        ticket = submitted(session, settings)
        sign(session, settings, ticket, LEAD)
        sign(session, settings, ticket, CUSTOMER)
        step(session, settings, ticket, "withdraw", note="改期")
        step(session, settings, ticket, "submit")
        sign(session, settings, ticket, LEAD, agrees=False)
        assert ticket.state == "rejected"


def test_a_substitute_signs_within_his_dates_and_it_is_written_down(
    database: Database, settings: Settings
) -> None:
    deputy = Hand("daiban", Role.ENGINEER)
    with database.unit() as session:
        a_person(session, LEAD.username, Role.LEAD)
        a_person(session, deputy.username, Role.ENGINEER)
        ticket = submitted(session, settings)
        with pytest.raises(Refused, match="代签"):
            sign(session, settings, ticket, deputy)
        session.add(
            Substitute(
                username=LEAD.username,
                substitute=deputy.username,
                since=NOON - timedelta(hours=1),
                until=NOON + timedelta(hours=1),
                reason="出差",
                by=LEAD.username,
                at=NOON,
            )
        )
        session.flush()
        sign(session, settings, ticket, deputy)
        (step_one, _two) = approving.steps(session, asked(session, ticket))
        assert (step_one.by, step_one.instead_of) == ("daiban", "fuzeren")


def test_of_two_who_click_at_once_one_signs_and_the_other_is_told(
    database: Database, settings: Settings
) -> None:
    with database.unit() as session:
        ticket = submitted(session, settings, change_kind="normal")
        number = ticket.number
    barrier = Barrier(2)

    def click(by: Hand) -> str:
        barrier.wait(timeout=20)
        try:
            with database.unit() as session:
                row = session.scalars(
                    select(Ticket).where(Ticket.number == number)
                ).one()
                sign(session, settings, row, by)
        except Refused as told:
            return str(told)
        return "signed"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(click, [LEAD, OTHER_LEAD]))
    assert answers.count("signed") == 1
    assert any("已经结束" in answer for answer in answers)
    with database.reading() as session:
        row = session.scalars(select(Ticket)).one()
        signed = [
            one for one in approving.steps(session, asked(session, row)) if one.at
        ]
    assert (row.state, len(signed)) == ("approved", 1)


def test_whose_turn_it_is_hears_of_it_and_nobody_twice(
    database: Database, settings: Settings
) -> None:
    with database.unit() as session:
        for hand in (LEAD, CUSTOMER):
            a_person(session, hand.username, hand.role)
        ticket = submitted(session, settings)
        told = list(session.scalars(select(Notice.recipient)))
        assert told == [LEAD.username]
        sign(session, settings, ticket, LEAD)
        sign(session, settings, ticket, CUSTOMER)
        told = list(session.scalars(select(Notice.recipient).order_by(Notice.id)))
        assert told == [LEAD.username, CUSTOMER.username, ENGINEER.username]


def test_a_risky_change_is_not_passed_off_as_a_normal_one(
    database: Database, settings: Settings
) -> None:
    values = change_values(change_kind="normal", risk_reversible="3")
    with database.unit() as session:
        ticket = a_ticket(session, settings, Kind.CHANGE, values)
        with pytest.raises(Refused, match="重大"):
            step(session, settings, ticket, "submit")


def test_an_emergency_goes_first_and_is_not_closed_before_it_is_approved(
    database: Database, settings: Settings
) -> None:
    later = NOON + timedelta(days=2)
    with database.unit() as session:
        values = change_values(change_kind="emergency")
        ticket = a_ticket(session, settings, Kind.CHANGE, values)
        step(session, settings, ticket, "implement-first", note="甲方口头同意")
        result = {"actual_result": "success", "verified_by": "fuzeren"}
        step(session, settings, ticket, "observe", result)
        closing = {"register_updated": "yes", "observation_result": "正常"}
        with pytest.raises(Refused, match="审批还没有完成"):
            step(session, settings, ticket, "close", closing, at=later)
        step(session, settings, ticket, "ask-afterwards")
        sign(session, settings, ticket, LEAD)
        sign(session, settings, ticket, CUSTOMER)
        assert ticket.state == "observing"
        step(session, settings, ticket, "close", closing, at=later)
        assert ticket.state == "closed"


def test_whoever_wrote_the_content_in_a_step_does_not_approve_it(
    database: Database, settings: Settings
) -> None:
    with database.unit() as session:
        values = change_values(change_kind="emergency")
        content = values.pop("content")
        ticket = a_ticket(session, settings, Kind.CHANGE, values)
        first = {"content": content}
        step(session, settings, ticket, "implement-first", first, by=LEAD, note="口头")
        result = {"actual_result": "success", "verified_by": "fufuzeren"}
        step(session, settings, ticket, "observe", result, by=OTHER_LEAD)
        step(session, settings, ticket, "ask-afterwards")
        with pytest.raises(Refused, match="最后由你修改，不能由你批准"):
            sign(session, settings, ticket, LEAD)
        sign(session, settings, ticket, OTHER_LEAD)


@pytest.mark.parametrize("missing", ["present", "items"])
def test_a_major_change_says_how_things_are_and_which_items_it_touches(
    database: Database, settings: Settings, missing: str
) -> None:
    with database.unit() as session:
        with pytest.raises(Refused, match="「现状」和「涉及配置项」"):
            submitted(session, settings, **{missing: ""})
        smaller = submitted(session, settings, change_kind="normal", **{missing: ""})
        assert smaller.state == "submitted"


def test_a_change_waits_for_its_window_and_is_verified_by_another(
    database: Database, settings: Settings
) -> None:
    with database.unit() as session:
        ticket = submitted(session, settings, change_kind="normal")
        sign(session, settings, ticket, LEAD)
        step(session, settings, ticket, "schedule")
        early = NOON - timedelta(hours=2)
        with pytest.raises(Refused, match="窗口"):
            step(session, settings, ticket, "implement", at=early)
        step(session, settings, ticket, "implement", by=COLLEAGUE)
        own = {"actual_result": "success", "verified_by": "tongshi"}
        with pytest.raises(Refused, match="验证人"):
            step(session, settings, ticket, "observe", own)
        step(
            session, settings, ticket, "observe", {**own, "verified_by": "gongchengshi"}
        )
        closing = {"register_updated": "yes", "observation_result": "正常"}
        with pytest.raises(Refused, match="观察期"):
            step(session, settings, ticket, "close", closing)


def test_a_signed_scan_is_bound_once_to_the_snapshot_it_signs(
    database: Database, settings: Settings
) -> None:
    with database.unit() as session:
        ticket = submitted(session, settings)
        file = File(name="扫描件.pdf", media_type="", size=3, sha256=SHA)
        deed = Deed(by=ENGINEER, at=NOON)
        row = work_tickets.attach(session, ticket.number, file, deed)
        asking = asked(session, ticket)
        bind = partial(scanning.bind, session, ticket.number, by=ENGINEER, at=NOON)
        bind(asking.id, row.id)
        assert asking.scan_id == row.id
        with pytest.raises(Refused, match="已经绑定"):
            bind(asking.id, row.id)
        with pytest.raises(Refused, match="没有这次审批"):
            bind(asking.id + 1, row.id)


def test_only_an_account_of_the_same_role_is_a_substitute(
    database: Database, settings: Settings
) -> None:
    with database.unit() as session:
        for hand in (LEAD, OTHER_LEAD, CUSTOMER):
            a_person(session, hand.username, hand.role)
        term = Term(
            substitute=CUSTOMER.username,
            since=NOON,
            until=NOON + timedelta(days=3),
            reason="出差",
        )
        with pytest.raises(Refused, match="同一角色"):
            substituting.appoint(session, term, by=LEAD, at=NOON)
        other = replace(term, substitute=OTHER_LEAD.username)
        row = substituting.appoint(session, other, by=LEAD, at=NOON)
        with pytest.raises(Refused, match="没有这项"):
            substituting.end(session, row.id, by=CUSTOMER, at=NOON)
        substituting.end(session, row.id, by=LEAD, at=NOON)
        assert substituting.standing(session, LEAD.username, at=NOON) == []
