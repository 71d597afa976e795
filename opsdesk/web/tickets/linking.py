"""Links from one record to another."""

from __future__ import annotations

from flask import flash, g, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from opsdesk.core.errors import Refused
from opsdesk.tickets.models import Relation
from opsdesk.tickets.operations import noting
from opsdesk.web import unit
from opsdesk.web.access import BUSINESS, may, somebody
from opsdesk.web.gate import go
from opsdesk.web.tickets.blueprint import ONE, register_at, screen, ticket_at


@screen.post(f"{ONE}/links")
@may(*BUSINESS)
def link(path: str, number: str) -> Response:
    """Let the record lead to another."""
    ticket_at(path, number)
    relation = request.form.get("relation", "")
    if relation not in list(Relation):
        raise Refused("请选择关联的方式。没有改动。")
    other = request.form.get("other", "").strip().upper()
    noting.link(
        unit.session(), number, Relation(relation), other, by=somebody(), at=g.at
    )
    flash(_("已关联 %(number)s。", number=other[:24]))
    return go(f"{register_at(path).path}/{number}")


@screen.post(f"{ONE}/links/<int:link_id>/end")
@may(*BUSINESS)
def unlink(path: str, number: str, link_id: int) -> Response:
    """End a link; both timelines keep that it was there."""
    ticket_at(path, number)
    noting.unlink(unit.session(), link_id, by=somebody(), at=g.at)
    flash(_("关联已解除。"))
    return go(f"{register_at(path).path}/{number}")
