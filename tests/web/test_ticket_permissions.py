"""Who may do what to a record: the engineer, his colleague, the lead, the customer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select

from opsdesk.core import clock
from opsdesk.core.audit_models import AuditEntry
from opsdesk.core.database import Database
from opsdesk.core.settings import Settings
from opsdesk.flows.registers import BY_KIND
from opsdesk.people.models import Role
from opsdesk.people.sign_in import Origin, sign_in
from opsdesk.tickets.models import Kind
from opsdesk.tickets.operations.holding import found
from opsdesk.web.gate import COOKIE
from tests.factories.people import PASSWORD, a_person
from tests.factories.tickets import (
    COLLEAGUE,
    CUSTOMER,
    ENGINEER,
    LEAD,
    Hand,
    a_ticket,
    change_values,
    step,
)
from tests.web.conftest import Browser

FORBIDDEN, DONE, CONFLICT = 403, 303, 409
Enter = Callable[[Hand], Browser]
EVERYBODY = (ENGINEER, COLLEAGUE, LEAD, CUSTOMER)


@pytest.fixture
def enter(app: Flask, sqlite_database: Database) -> Enter:
    """Return a function that gives the browser of one of the four."""
    with sqlite_database.unit() as unit:
        for hand in EVERYBODY:
            a_person(unit, hand.username, hand.role, at=clock.now())

    def as_hand(hand: Hand) -> Browser:
        came = Origin("127.0.0.1", "a test's browser")
        with sqlite_database.unit() as unit:
            name = hand.username
            attempt = sign_in(unit, name, PASSWORD, origin=came, at=clock.now())
        assert attempt.token is not None
        client = app.test_client()
        client.set_cookie(COOKIE, attempt.token)
        return Browser(client)

    return as_hand


@dataclass(frozen=True)
class Desk:
    """A desk's records, opened without the screens."""

    database: Database
    settings: Settings

    def opened(self, kind: Kind, by: Hand = ENGINEER, **values: str) -> str:
        with self.database.unit() as session:
            found_ = a_ticket(
                session, self.settings, kind, values, by=by, at=clock.now()
            )
            return f"{BY_KIND[kind].path}/{found_.number}"

    def submitted(self) -> str:
        """Open a major change and ask for its signatures."""
        with self.database.unit() as session:
            values = change_values(change_kind="major")
            ticket = a_ticket(
                session, self.settings, Kind.CHANGE, values, at=clock.now()
            )
            step(session, self.settings, ticket, "submit", at=clock.now())
            return f"/changes/{ticket.number}"

    def state(self, address: str) -> str:
        with self.database.reading() as session:
            return found(session, address.rpartition("/")[2]).state

    def refusals(self) -> list[tuple[str, str]]:
        with self.database.reading() as session:
            query = select(AuditEntry).where(AuditEntry.action == "refused")
            return [(one.actor, one.subject) for one in session.scalars(query)]


@pytest.fixture
def desk(sqlite_database: Database, settings: Settings) -> Desk:
    return Desk(sqlite_database, settings)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (kind, move.name)
        for kind, register in BY_KIND.items()
        for move in register.moves
        if Role.CUSTOMER not in move.roles
    ],
)
def test_a_customer_who_posts_a_step_by_hand_is_refused_and_it_is_on_the_record(
    enter: Enter, desk: Desk, kind: Kind, name: str
) -> None:
    address = desk.opened(kind)
    move = BY_KIND[kind].move(name)
    assert move is not None
    with desk.database.unit() as session:
        found(session, address.rpartition("/")[2]).state = move.before[0]
    customer = enter(CUSTOMER)
    answer = customer.post(f"{address}/steps/{name}", note="我来")
    assert answer.status_code == FORBIDDEN
    assert desk.state(address) == move.before[0]
    asked = f"POST {address}/steps/{name}"
    assert (CUSTOMER.username, asked) in desk.refusals()


@pytest.mark.parametrize("hand", EVERYBODY, ids=lambda one: one.username)
def test_only_the_registers_openers_write_a_record(
    enter: Enter, desk: Desk, hand: Hand
) -> None:
    may = {DONE} if hand.role is not Role.CUSTOMER else {FORBIDDEN}
    address = desk.opened(Kind.CHANGE)
    browser = enter(hand)
    answer = browser.post(f"{address}/edit", version="1", title="改过")
    assert {answer.status_code} == may
    assert {browser.get(f"{address}/edit").status_code in (200, DONE)} == {
        hand.role is not Role.CUSTOMER
    }


@pytest.mark.parametrize("what", ["links", "check", "scan", "links/1/end"])
def test_a_customer_neither_links_nor_inspects_nor_binds_a_scan(
    enter: Enter, desk: Desk, what: str
) -> None:
    address = desk.opened(Kind.INCIDENT)
    other = desk.opened(Kind.PROBLEM).rpartition("/")[2]
    answer = enter(CUSTOMER).post(
        f"{address}/{what}", relation="caused-by", other=other
    )
    assert answer.status_code == FORBIDDEN
    assert (CUSTOMER.username, f"POST {address}/{what}") in desk.refusals()


@pytest.mark.parametrize("hand", EVERYBODY, ids=lambda one: one.username)
def test_a_file_is_taken_back_by_who_added_it_or_the_lead(
    enter: Enter, desk: Desk, hand: Hand
) -> None:
    address = desk.opened(Kind.INCIDENT)
    owner = enter(ENGINEER)
    owner.client.post(
        f"{address}/files",
        data={"csrf_token": owner.token(), "file": (BytesIO(b"a"), "a.txt")},
    )
    page = owner.get(address).text
    file = page[page.index(f"{address}/files/") :].partition('"')[0]
    answer = enter(hand).post(f"{file}/withdraw", why="传错了")
    may = hand in (ENGINEER, LEAD)
    assert answer.status_code == (DONE if may else FORBIDDEN)
    assert owner.get(file).status_code == (404 if may else 200)


def signing(browser: Browser, address: str, **more: str) -> int:
    """Send a signature; returns the status of the answer."""
    fields = {"round": "1", "answer": "agree", "password": PASSWORD, **more}
    return browser.post(f"{address}/decide", **fields).status_code


@pytest.mark.parametrize(
    "hand", [ENGINEER, COLLEAGUE, CUSTOMER], ids=lambda one: one.username
)
def test_nobody_signs_out_of_turn_or_for_himself(
    enter: Enter, desk: Desk, hand: Hand
) -> None:
    address = desk.submitted()
    assert signing(enter(hand), address) in (FORBIDDEN, CONFLICT)
    assert desk.state(address) == "submitted"
    assert (hand.username, f"POST {address}/decide") in desk.refusals()


def test_a_signature_wants_the_password_of_who_signs(enter: Enter, desk: Desk) -> None:
    address, lead = desk.submitted(), enter(LEAD)
    assert signing(lead, address, password="不是它") in (FORBIDDEN, CONFLICT)
    assert signing(lead, address) == DONE
    assert signing(lead, address) == CONFLICT
    assert signing(enter(CUSTOMER), address) == DONE
    assert desk.state(address) == "approved"


def test_a_customer_confirms_and_closes_an_incident_and_may_open_it_again(
    enter: Enter, desk: Desk
) -> None:
    address = desk.opened(Kind.INCIDENT)
    engineer, customer = enter(ENGINEER), enter(CUSTOMER)
    for name in ("respond", "start"):
        assert engineer.post(f"{address}/steps/{name}").status_code == DONE
    engineer.post(f"{address}/steps/resolve", cause="甲", solution="乙")
    closing = {"confirmed_by": "某企业", "no_release_why": "只改配置"}
    assert customer.post(f"{address}/steps/close", **closing).status_code == DONE
    assert customer.post(f"{address}/steps/reopen", note="又来").status_code == DONE
    assert desk.state(address) == "working"


def test_a_view_of_somebody_else_is_not_dropped(enter: Enter, desk: Desk) -> None:
    owner, colleague = enter(ENGINEER), enter(COLLEAGUE)
    owner.post("/incidents/views", name="我的", query="scope=all", shared="1")
    assert colleague.post("/incidents/views/1/drop").status_code == CONFLICT
    renamed = colleague.post("/incidents/views/1/name", name="不是我的")
    assert renamed.status_code == CONFLICT
    assert "我的" in colleague.get("/incidents").text
    assert owner.post("/incidents/views/1/drop").status_code == DONE


def test_a_view_has_another_name_unless_its_owner_has_it_already(
    enter: Enter, desk: Desk
) -> None:
    owner = enter(ENGINEER)
    owner.post("/incidents/views", name="夜里的", query="scope=all")
    owner.post("/incidents/views", name="超时", query="scope=all&overdue=1")
    taken = owner.post("/incidents/views/1/name", name=" 超时 ")
    assert taken.status_code == CONFLICT
    assert "你已有一个叫「超时」的视图" in taken.text
    assert owner.post("/incidents/views/1/name", name="").status_code == CONFLICT
    assert owner.post("/incidents/views/1/name", name="白天的").status_code == DONE
    page = owner.get("/incidents?scope=all").text
    assert "白天的" in page
    assert "夜里的" not in page
