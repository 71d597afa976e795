"""One document: what it is, its versions, its words, and who has read it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from flask import Response, g, make_response, render_template, url_for

from opsdesk.archive import queries as documents
from opsdesk.archive import shelf
from opsdesk.archive.media import PDF
from opsdesk.archive.models import UPLOAD
from opsdesk.archive.queries import DocumentView
from opsdesk.archive.shelf import Reader
from opsdesk.core.clock import local_day
from opsdesk.core.errors import NotFound
from opsdesk.core.files import Damaged
from opsdesk.flows import issue_daily_record, issue_monthly_report
from opsdesk.people.queries import names
from opsdesk.web import unit
from opsdesk.web.access import signed_in, somebody
from opsdesk.web.archive import handing
from opsdesk.web.archive.blueprint import (
    KNOWS_READERS,
    ONE,
    document_at,
    may_describe,
    screen,
    shown,
    spoken,
    who,
)
from opsdesk.web.security import POLICY

BEGINNING = 20_000
"""Characters of a document's words that its page shows."""


@screen.get("/<number>")
@signed_in
def page(number: str) -> Response:
    """Show the version of a number that holds."""
    view = documents.readable_current(unit.session(), number, who=who())
    if view is None:
        raise NotFound("档案里没有 %(number)s。", number=number)
    return card(number, view.version)


@screen.get(ONE)
@signed_in
def card(number: str, version: int) -> Response:
    """Show everything about one version."""
    view = document_at(number, version)
    html = drawn(view)
    shown(view, "card")
    return html


def drawn(view: DocumentView, *, refused: str = "", held: Any = None) -> Response:
    """Return a document's page; with a refusal, what was typed stays in its form."""
    session = unit.session()
    media_type = handing.showable(view)
    readers = shelf.readers(session, view.number, view.version)
    answer = make_response(
        render_template(
            "archive/page.html",
            view=view,
            chain=documents.chain(session, view.number, who=who()),
            source=source(view),
            is_upload=view.kind == UPLOAD,
            files=_files(view),
            media_type=media_type,
            read=shelf.read(session, view.id, most=BEGINNING),
            most=BEGINNING,
            readers=readers if somebody().role in KNOWS_READERS else None,
            heads=_heads(readers),
            names=names(session),
            today=local_day(g.at, unit.desk().settings.desk.timezone),
            refused=refused,
            held=held or view,
            may_describe=may_describe(view),
            **spoken(),
        )
    )
    if media_type == PDF:
        answer.headers["Content-Security-Policy"] = f"{POLICY}; frame-src 'self'"
    return answer


def source(view: DocumentView) -> tuple[str, str] | None:
    """Return (name, address) of the record that an issued paper was made from."""
    if view.kind == UPLOAD:
        return None
    if view.kind == issue_daily_record.KIND and view.day:
        return str(view.day), url_for("records.page", day=view.day)
    if view.kind == issue_monthly_report.KIND:
        code = view.number.partition("-YB-")[2]
        return (code, url_for("reports.draft", code=code)) if code else None
    return _of_form(view)


def _of_form(view: DocumentView) -> tuple[str, str] | None:
    """Return the record whose number stands in a form's frozen content."""
    try:
        frozen = json.loads(unit.desk().store.get(view.content_sha256))
        number = str(frozen["number"])
    except (Damaged, ValueError, KeyError, TypeError):
        return None  # a damaged file is told where it is taken, not here
    views = {"form": "tickets.jump", "run": "responses.run", "plan": "responses.plan"}
    endpoint = views.get(view.kind.partition(":")[0], "")
    if endpoint == "responses.plan":
        return number, url_for(endpoint, plan=number)
    return (number, url_for(endpoint, number=number)) if endpoint else None


def _files(view: DocumentView) -> list[tuple[str, str, str]]:
    """Return (what it is, address, SHA-256) of every file of a document."""
    number, version = view.number, view.version
    if view.kind == UPLOAD:
        whole = url_for("archive.file", number=number, version=version)
        return [(view.file_name, whole, view.content_sha256)]
    hashes = (
        ("pdf", view.pdf_sha256),
        ("docx", view.docx_sha256),
        ("json", view.content_sha256),
    )

    def there(kind: str) -> str:
        return url_for("archive.paper", number=number, version=version, kind=kind)

    return [(kind.upper(), there(kind), sha256 or "") for kind, sha256 in hashes]


def _heads(readers: Sequence[Reader]) -> int:
    """Return how many people have read a document."""
    return len({one.username for one in readers})
