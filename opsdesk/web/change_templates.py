"""Templates of standard changes: written, signed by both sides, followed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, flash, g, render_template, request, url_for
from werkzeug.wrappers import Response

from opsdesk.changes import queries
from opsdesk.changes.models import ChangeTemplate
from opsdesk.changes.operations import templating
from opsdesk.changes.operations.templating import PRESET, Preset
from opsdesk.changes.register import REGISTER
from opsdesk.core.errors import Refused
from opsdesk.core.language import RefusedInWords
from opsdesk.flows import work_tickets
from opsdesk.people.models import Role
from opsdesk.people.queries import names
from opsdesk.tickets.entering import read
from opsdesk.tickets.operations.opening import Opening
from opsdesk.web import signing, unit
from opsdesk.web.access import BUSINESS, READERS, may, somebody
from opsdesk.web.gate import go
from opsdesk.web.language import said
from opsdesk.web.tickets.blueprint import deed
from opsdesk.web.tickets.entry import as_input, sent
from opsdesk.web.words import gettext as _
from probes.finding import Words

screen = Blueprint("change_templates", __name__, url_prefix="/changes/templates")

UNPROCESSABLE = 422


@screen.get("")
@may(*READERS)
def index() -> str:
    """List templates, the ended ones last."""
    return render_template(
        "changes/templates.html",
        rows=sorted(
            queries.templates(unit.session(), ended=True),
            key=lambda row: row.ended_at is not None,
        ),
        names=names(unit.session()),
        now_at=g.at,
    )


@screen.get("/new")
@may(*BUSINESS)
def new() -> str:
    """Offer an empty template."""
    return _form(None, {})


@screen.post("/new")
@may(*BUSINESS)
def create() -> Response | tuple[str, int]:
    """Keep a template; it is followed once both sides have signed."""
    try:
        row = templating.add(unit.session(), _preset(), _zone(), by=somebody(), at=g.at)
    except Refused as refusal:
        unit.roll_back()
        return _form(None, _typed(), why=said(refusal)), UNPROCESSABLE
    flash(_("已保存，待项目经理和甲方双方签署。"))
    return go(url_for("change_templates.page", template_id=row.id))


@screen.get("/<int:template_id>")
@may(*READERS)
def page(template_id: int) -> str:
    """Show a template, and whose signature is still missing."""
    row = queries.template(unit.session(), template_id)
    return render_template(
        "changes/template.html",
        row=row,
        fields=[(REGISTER.fields[k], row.fields[k]) for k in PRESET if k in row.fields],
        names=names(unit.session()),
        my_turn=_my_turn(row),
        now_at=g.at,
    )


@screen.get("/<int:template_id>/edit")
@may(*BUSINESS)
def edit(template_id: int) -> str:
    """Offer a template to be changed."""
    return _form(queries.template(unit.session(), template_id), {})


@screen.post("/<int:template_id>/edit")
@may(*BUSINESS)
def save(template_id: int) -> Response | tuple[str, int]:
    """Keep what changed; both signatures are taken away."""
    seen = request.form.get("version", 0, type=int)
    try:
        templating.edit(
            unit.session(),
            template_id,
            seen,
            _preset(),
            _zone(),
            by=somebody(),
            at=g.at,
        )
    except Refused as refusal:
        unit.roll_back()
        row = queries.template(unit.session(), template_id)
        return _form(row, _typed(), why=said(refusal)), UNPROCESSABLE
    flash(_("已保存；内容有改动，要双方重新签署。"))
    return go(url_for("change_templates.page", template_id=template_id))


@screen.post("/<int:template_id>/sign")
@may(Role.LEAD, Role.CUSTOMER)
def sign(template_id: int) -> Response:
    """Sign for one's side, the password asked again."""
    session = unit.session()
    seat = signing.reauthenticate(session)
    sha256 = request.form.get("sha256", "")
    templating.sign(session, template_id, sha256, by=seat, at=g.at)
    flash(_("已签署。"))
    return go(url_for("change_templates.page", template_id=template_id))


@screen.post("/<int:template_id>/end")
@may(Role.LEAD, Role.CUSTOMER)
def end(template_id: int) -> Response:
    """Take a template out of use, with the reason."""
    why = request.form.get("why", "")
    templating.end(unit.session(), template_id, why, by=somebody(), at=g.at)
    flash(_("模板已停用。"))
    return go(url_for("change_templates.index"))


@screen.post("/<int:template_id>/use")
@may(*BUSINESS)
def use(template_id: int) -> Response:
    """Open a standard change filled with a template, and go on filling it."""
    row = queries.template(unit.session(), template_id)
    if not row.stands(g.at):
        raise RefusedInWords(_NOT_STANDING)
    values = {
        **row.fields,
        "title": row.name,
        "change_kind": "standard",
        "template": row.name,
    }
    ticket = work_tickets.open_ticket(
        unit.session(),
        unit.desk().settings,
        REGISTER.kind,
        Opening(values=values),
        deed(),
    )
    return go(f"{REGISTER.path}/{ticket.number}/edit")


def _my_turn(row: ChangeTemplate) -> bool:
    """Tell whether the reader's side has yet to sign, and the reader may."""
    if row.ended_at is not None or g.at >= row.ends_at:
        return False
    if row.by == somebody().username:
        return False
    signed = {Role.LEAD: row.lead_at, Role.CUSTOMER: row.customer_at}
    role = somebody().role
    return role in signed and signed[role] is None


def _typed() -> dict[str, Any]:
    return {
        **sent(REGISTER, PRESET),
        "name": request.form.get("name", ""),
        "valid_until": request.form.get("valid_until", ""),
    }


def _preset() -> Preset:
    """Return what the form says, typed. Raises Mistaken."""
    typed = _typed()
    try:
        until = date.fromisoformat(typed["valid_until"])
    except ValueError:
        until = None
    fields = read(REGISTER, sent(REGISTER, PRESET), _zone())
    return Preset(name=typed["name"], fields=fields, valid_until=until)


def _form(row: ChangeTemplate | None, typed: Mapping[str, Any], why: str = "") -> str:
    kept = row.fields if row is not None else {}
    held = {
        name: typed[name]
        if name in typed
        else as_input(REGISTER.fields[name], kept.get(name))
        for name in PRESET
    }
    return render_template(
        "changes/template_edit.html",
        row=row,
        fields=[(REGISTER.fields[name], held[name]) for name in PRESET],
        needed=templating.NEEDED,
        name=typed.get("name", row.name if row else ""),
        valid_until=typed.get("valid_until", row.valid_until if row else ""),
        refused=why,
    )


def _zone() -> Any:
    return unit.desk().settings.desk.timezone


_NOT_STANDING = Words(
    "这个模板还没有双方签署，或者已过期、已停用，不能据此新建变更。没有改动。",
    "This template is not signed by both sides, has expired or is out of use, so no "
    "change can follow it. Nothing was changed.",
)
