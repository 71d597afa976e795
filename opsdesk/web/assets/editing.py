"""New items and edited ones; of two who save at once the second sees both sides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, g, render_template, request, url_for
from werkzeug.wrappers import Response

from opsdesk.assets import operations
from opsdesk.assets.fields import Value, spelled
from opsdesk.assets.item_types import BY_TYPE, MOVES, ItemType, WrongFields, checked
from opsdesk.assets.models import State, Type
from opsdesk.assets.operations import Draft, Overtaken
from opsdesk.assets.queries import ItemView, history
from opsdesk.core.errors import NotFound, Refused
from opsdesk.web import unit
from opsdesk.web.access import BUSINESS, may, somebody
from opsdesk.web.assets.asked import cause, item_of, version, zone
from opsdesk.web.assets.blueprint import screen
from opsdesk.web.gate import go
from opsdesk.web.language import said
from opsdesk.web.words import gettext as _

CONFLICT = 409
WRONG = 422
OWN = ("name", "state", "server")


@screen.get("/new")
@may(*BUSINESS)
def new() -> str:
    """Show the form of a new item of one type."""
    kind = _type(request.args.get("type", Type.DEVICE.value))
    return _form(kind, None, {})


@screen.post("")
@may(*BUSINESS)
def create() -> Response | tuple[str, int]:
    """Record an item; a form with mistakes comes back as it was filled."""
    kind = _type(request.form.get("type", ""))
    try:
        draft = Draft(
            type=kind.type,
            name=request.form.get("name", ""),
            state=_state(request.form.get("state", "")),
            server=request.form.get("server", "").strip()[:64],
            fields=checked(kind, _texts(kind), zone(), whole=True),
        )
        item = operations.create(
            unit.session(), draft, cause=cause(), by=somebody().username, at=g.at
        )
    except Refused as refusal:
        return _again(kind, None, refusal)
    flash(_("已登记 %(code)s。", code=item.code))
    return go(url_for("assets.page", code=item.code))


@screen.get("/<code>/edit")
@may(*BUSINESS)
def edit(code: str) -> str:
    """Show an item's form."""
    item = item_of(code)
    return _form(BY_TYPE[item.type], item, _values(item))


@screen.post("/<code>/edit")
@may(*BUSINESS)
def save(code: str) -> Response | tuple[str, int]:
    """Save an item, unless somebody else did so first."""
    item = item_of(code)
    kind = BY_TYPE[item.type]
    read = version()
    try:
        operations.revise(
            unit.session(),
            code,
            _changes(kind),
            cause=cause(),
            by=somebody().username,
            at=g.at,
            version=read,
        )
    except Overtaken:
        unit.roll_back()
        return _conflict(item_of(code), _changes(kind), read)
    except Refused as refusal:
        return _again(kind, item, refusal)
    flash(_("已保存。"))
    return go(url_for("assets.page", code=code))


def _changes(kind: ItemType) -> dict[str, Value | None]:
    """Return what the form says, typed. Raises Refused."""
    own: dict[str, Value | None] = {
        name: request.form[name].strip() for name in OWN if name in request.form
    }
    if "state" in own:
        _state(str(own["state"]))
    return own | checked(kind, _texts(kind), zone(), whole=False)


def _type(text: str) -> ItemType:
    try:
        return BY_TYPE[Type(text)]
    except ValueError as error:
        raise NotFound("没有这种配置项类型。没有保存。") from error


def _state(text: str) -> State:
    try:
        return State(text)
    except ValueError as error:
        raise Refused("请选择状态。没有保存。") from error


def _texts(kind: ItemType) -> dict[str, str]:
    """Return the type's own fields that the form holds."""
    names = [field.name for field in kind.fields]
    return {name: request.form[name] for name in names if name in request.form}


def _values(item: ItemView) -> dict[str, str]:
    own = {"name": item.name, "state": item.state.value, "server": item.server}
    return own | {name: spelled(value) for name, value in item.fields.items()}


def _form(kind: ItemType, item: ItemView | None, values: Mapping[str, str]) -> str:
    return render_template(
        "assets/edit.html", **_shown(kind, item), values=values, mistakes={}, refusal=""
    )


def _shown(kind: ItemType, item: ItemView | None) -> dict[str, Any]:
    reached = [item.state, *MOVES[item.state]] if item else list(State)
    return {
        "kind": kind,
        "item": item,
        "states": [state for state in State if state in reached],
    }


def _again(kind: ItemType, item: ItemView | None, refusal: Refused) -> tuple[str, int]:
    """Show the form as it was filled, with what is wrong; nothing is lost."""
    unit.roll_back()
    mistakes = refusal.mistakes if isinstance(refusal, WrongFields) else {}
    page = render_template(
        "assets/edit.html",
        **_shown(kind, item),
        values=request.form.to_dict(),
        mistakes=mistakes,
        refusal=said(refusal),
    )
    return page, WRONG


def _conflict(
    item: ItemView, mine: Mapping[str, Value | None], read: int
) -> tuple[str, int]:
    """Show what stands now beside what was to be saved.

    Only what this person touched would be saved over it: the rest of the other's work
    stays in any case.
    """
    base = _flat(history.snapshot_of(unit.session(), item.code, read) or {})
    now = _flat(
        {"name": item.name, "state": item.state.value, "server": item.server}
        | {"fields": item.fields}
    )
    touched = [name for name in mine if (mine[name] or "") != (base.get(name) or "")]
    page = render_template(
        "assets/conflict.html",
        item=item,
        differing=[
            (name, base.get(name), now.get(name), mine[name])
            for name in touched
            if (mine[name] or "") != (now.get(name) or "")
        ],
        form={
            name: value
            for name, value in request.form.items()
            if name in {*touched, "cause", "reference", "cause_note"}
        },
    )
    return page, CONFLICT


def _flat(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    return {name: snapshot.get(name) for name in OWN} | dict(snapshot.get("fields", {}))
