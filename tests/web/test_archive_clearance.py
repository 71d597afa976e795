"""Role by label: list, search, card, preview, file and chain hold the same rule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask

from opsdesk.app import create_app
from opsdesk.archive import clearance, queries, search, shelf
from opsdesk.archive.models import Label
from opsdesk.archive.shelf import Wanted
from opsdesk.core import clock
from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.core.errors import NotFound
from opsdesk.core.settings import Settings
from opsdesk.people.models import Role
from opsdesk.people.sign_in import Origin, sign_in
from opsdesk.web.gate import COOKIE
from tests.factories.documents import an_upload, its_words
from tests.factories.people import PASSWORD, a_person
from tests.web.conftest import Browser

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
OPEN, INTERNAL, RESTRICTED = Label.OPEN, Label.INTERNAL, Label.RESTRICTED
READS = {
    Role.ENGINEER: {OPEN, INTERNAL},
    Role.LEAD: {OPEN, INTERNAL, RESTRICTED},
    Role.CUSTOMER: {OPEN, INTERNAL, RESTRICTED},
    Role.SECURITY: {OPEN, RESTRICTED},
    Role.SYSTEM: {OPEN},
    Role.AUDIT: {OPEN},
}
MATRIX = [(role, label) for role in Role for label in Label]
ADDRESSES = ("", "/1", "/1/view", "/1/file")
Enter = Callable[[Role], Browser]


@pytest.fixture
def app(settings: Settings, database: Database) -> Flask:
    """Give the application of a desk with one picture under each label."""
    found = create_app(settings, database)
    desk: Desk = found.extensions["opsdesk"]
    picture = b"\x89PNG\r\n\x1a\n" + bytes(64)
    with database.unit() as unit:
        for label in Label:
            row = an_upload(unit, desk.store, f"DOC-{label}", picture, label=label)
            its_words(unit, row, f"备份口令{label}")
    return found


@pytest.fixture
def enter(app: Flask, database: Database) -> Enter:
    """Return a function that signs a role in."""

    def sign(role: Role) -> Browser:
        at = clock.now()
        with database.unit() as unit:
            a_person(unit, role.value, role, at=at)
            came = Origin("127.0.0.1", "a test's browser")
            token = sign_in(unit, role.value, PASSWORD, origin=came, at=at).token
        assert token is not None
        client = app.test_client()
        client.set_cookie(COOKIE, token)
        return Browser(client)

    return sign


@pytest.mark.parametrize(("role", "label"), MATRIX)
def test_a_role_reads_a_label_everywhere_or_nowhere(
    enter: Enter, role: Role, label: Label
) -> None:
    browser, number = enter(role), f"DOC-{label}"
    reads = label in READS[role]
    assert (f"/archive/{number}/1" in browser.get("/archive").text) == reads
    found = browser.get("/archive?q=口令").text
    assert (f"/archive/{number}/1" in found) == reads
    assert (f"口令</mark>{label}" in found) == reads
    for path in ADDRESSES:
        status = browser.get(f"/archive/{number}{path}").status_code
        assert status == (200 if reads else 404), path


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(("role", "label"), MATRIX)
def test_the_archive_itself_holds_the_rule_below_every_screen(
    database: Database, role: Role, label: Label
) -> None:
    who = clearance.of(role, "somebody-else")
    number, reads = f"DOC-{label}", label in READS[role]
    with database.reading() as session:
        listed = shelf.lines(session, Wanted(who=who))
        found = search.find(session, "口令", Wanted(who=who))
        chain = queries.chain(session, number, who=who)
        held = queries.readable_current(session, number, who=who)
        assert (number in {one.number for one in listed}) == reads
        assert (number in {one.number for one in found}) == reads
        assert bool(chain) == bool(held) == reads
        if reads:
            assert queries.readable(session, number, 1, who=who).label is label
            return
        with pytest.raises(NotFound) as kept_out:
            queries.readable(session, number, 1, who=who)
        with pytest.raises(NotFound) as never_there:
            queries.readable(session, "DOC-none", 1, who=who)
    said = str(kept_out.value).replace(number, "DOC-none")
    assert said == str(never_there.value)


@pytest.mark.parametrize("path", ["", "/new"])
def test_a_number_kept_from_somebody_is_as_unknown_as_one_that_never_was(
    enter: Enter, path: str
) -> None:
    engineer = enter(Role.ENGINEER)
    there = engineer.get(f"/archive/DOC-restricted{path}")
    never = engineer.get(f"/archive/DOC-never{path}")
    assert there.status_code == never.status_code == 404
    text = there.text.replace("DOC-restricted", "DOC-never")
    assert text == never.text


def test_whoever_put_a_document_in_reads_it_and_its_chain_whatever_its_label(
    app: Flask, database: Database
) -> None:
    desk: Desk = app.extensions["opsdesk"]
    with database.unit() as unit:
        for version in (1, 2):
            row = an_upload(
                unit, desk.store, "DOC-mine", label=RESTRICTED, issued_by="zhang"
            )
            its_words(unit, row, f"口令{version}")
    mine = clearance.of(Role.ENGINEER, "zhang")
    other = clearance.of(Role.ENGINEER, "li")
    with database.reading() as session:
        assert len(queries.chain(session, "DOC-mine", who=mine)) == 2
        assert queries.chain(session, "DOC-mine", who=other) == ()
        found = search.find(session, "口令", Wanted(who=mine))
        assert found[0].number == "DOC-mine"


@pytest.mark.usefixtures("app")
def test_at_the_console_restricted_documents_are_shown_only_when_asked_for(
    database: Database,
) -> None:
    with database.reading() as session:
        for asked in (True, False):
            who = clearance.at_console(restricted=asked)
            for found in (
                shelf.lines(session, Wanted(who=who)),
                search.find(session, "口令", Wanted(who=who)),
            ):
                labels = {one.label for one in found}
                assert (RESTRICTED in labels) is asked
                assert {OPEN, INTERNAL} <= labels
