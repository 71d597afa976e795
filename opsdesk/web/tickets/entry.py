"""A register's fields as a form sends them, and as a form shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from flask import request

from opsdesk.tickets.models import Ticket
from opsdesk.tickets.register import Field, Register, Shape, value
from opsdesk.web import unit

SPARE_ROWS = 5  # a release is verified in five points, on one form
MOST_ROWS = 200


def sent(register: Register, names: Iterable[str]) -> dict[str, Any]:
    """Return what a form sent of these fields, untyped; absent ones are left out."""
    form: dict[str, Any] = {}
    for name in names:
        field = register.fields[name]
        if field.shape is Shape.ROWS:
            rows = _rows(field)
            if rows is not None:
                form[name] = rows
        elif field.shape is Shape.CHOICES:
            form[name] = request.form.getlist(name)
        elif name in request.form:
            form[name] = request.form[name]
    return form


def _rows(field: Field) -> list[dict[str, str]] | None:
    """Return a small table's rows, sent as `steps.0.action`, `steps.0.by`."""
    rows: list[dict[str, str]] = []
    if f"{field.name}.0.{field.columns[0].name}" not in request.form:
        return None
    for at in range(MOST_ROWS):
        keys = {one.name: f"{field.name}.{at}.{one.name}" for one in field.columns}
        if not any(key in request.form for key in keys.values()):
            break
        rows.append({name: request.form.get(key, "") for name, key in keys.items()})
    return rows


def shown(
    register: Register,
    ticket: Ticket | None,
    typed: Mapping[str, Any],
    names: Iterable[str],
) -> dict[str, Any]:
    """Return what inputs hold: what was typed, else what the ticket says."""
    held = {}
    for name in names:
        field = register.fields[name]
        if name in typed:
            held[name] = typed[name]
        elif ticket is not None:
            held[name] = as_input(field, value(ticket, name))
        else:
            held[name] = as_input(field, None)
    return held


def as_input(field: Field, entered: Any) -> Any:
    """Return a value the way its input shows it."""
    if field.shape is Shape.ROWS:
        spare: list[dict[str, str]] = [{} for _ in range(SPARE_ROWS)]
        return [*(entered or []), *spare]
    return "" if entered is None else INPUTS.get(field.shape, _plain)(entered)


def _plain(entered: Any) -> Any:
    return entered


def _local(entered: str) -> str:
    zone = unit.desk().settings.desk.timezone
    return datetime.fromisoformat(entered).astimezone(zone).strftime("%Y-%m-%dT%H:%M")


INPUTS: dict[Shape, Callable[[Any], Any]] = {
    Shape.MOMENT: _local,
    Shape.ITEMS: " ".join,
    Shape.PEOPLE: " ".join,
    Shape.YES_NO: lambda yes: "yes" if yes else "no",
    Shape.NUMBER: lambda number: f"{number:g}",
}
