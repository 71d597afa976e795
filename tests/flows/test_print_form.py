"""Every register's paper is gathered from the record, and archived like any other."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.core.errors import Refused
from opsdesk.core.files import Store
from opsdesk.flows import gather_form, print_form
from opsdesk.flows.registers import BY_KIND
from opsdesk.tickets.models import Kind, TicketEvent, What
from reports.documents.forms.catalogue import FORMS
from reports.documents.freezing import freeze
from tests.factories.people import NOON, a_person
from tests.factories.settings import some_settings
from tests.factories.tickets import ENGINEER, LEAD, a_ticket, step


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    settings = some_settings(tmp_path)
    return Desk(settings=settings, database=database, store=Store(tmp_path / "files"))


@pytest.mark.parametrize("kind", list(Kind))
def test_every_field_of_a_register_has_a_place_on_its_form(kind: Kind) -> None:
    named = {*BY_KIND[kind].fields}
    unprinted = {"approval_order", "risk_scope", "risk_reversible"}
    unprinted |= {"risk_experience", "risk_window"}  # their sum is printed
    layout = FORMS[kind.value]
    assert named - set(layout.keys) - unprinted == set()


@pytest.mark.parametrize("kind", list(Kind))
def test_an_empty_record_prints_and_says_what_it_is(desk: Desk, kind: Kind) -> None:
    with desk.database.unit() as session:
        ticket = a_ticket(session, desk.settings, kind, {"title": "测试 𬍛"})
        form = print_form.preview(session, desk, ticket, kind.value, at=NOON)
    content = freeze(form).decode()
    assert ticket.number in content
    assert "测试 𬍛" in content
    assert form.form_number.startswith(f"WRY-{gather_form.CODES[kind.value]}-")


def test_who_wrote_a_change_applies_for_it_unless_it_names_somebody(desk: Desk) -> None:
    with desk.database.unit() as session:
        writer = a_person(session, ENGINEER.username)
        writer.name, writer.phone = "值班工程师", "010-0000-0007"
        own = a_ticket(session, desk.settings, Kind.CHANGE)
        other = a_ticket(session, desk.settings, Kind.CHANGE, {"reporter": "某省平台"})
        said, named = (
            freeze(print_form.preview(session, desk, one, "change", at=NOON)).decode()
            for one in (own, other)
        )
    assert "值班工程师" in said
    assert "010-0000-0007" in said
    assert "某省平台" in named
    assert "010-0000-0007" not in named


@pytest.mark.pdf
def test_issuing_twice_archives_once_and_a_change_supersedes(desk: Desk) -> None:
    with desk.database.unit() as session:
        number = a_ticket(session, desk.settings).number
    first = print_form.issue(desk, number, "incident", by="gongchengshi", at=NOON)
    second = print_form.issue(desk, number, "incident", by="gongchengshi", at=NOON)
    assert (first.version, second.version) == (1, 1)
    with desk.database.unit() as session:
        query = select(TicketEvent.what).where(TicketEvent.what == What.PRINTED)
        assert session.scalars(query).all() == [What.PRINTED]
    assert print_form.file_of(desk, first, ".pdf").startswith(b"%PDF")
    assert print_form.file_of(desk, first, ".docx").startswith(b"PK")


def test_the_paper_of_a_void_record_says_so(desk: Desk) -> None:
    with desk.database.unit() as session:
        ticket = a_ticket(session, desk.settings)
        step(session, desk.settings, ticket, "void", by=LEAD, note="重复")
        form = print_form.preview(session, desk, ticket, "incident", at=NOON)
    assert form.void


def test_a_form_of_another_register_is_refused(desk: Desk) -> None:
    with desk.database.unit() as session:
        ticket = a_ticket(session, desk.settings)
        with pytest.raises(Refused, match="没有这种表单"):
            print_form.preview(session, desk, ticket, "change", at=NOON)
