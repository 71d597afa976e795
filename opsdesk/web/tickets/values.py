"""A field's value as a page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Flask
from markupsafe import Markup, escape

from opsdesk.core.text import one_line, printable
from opsdesk.tickets.register import Field, Shape
from opsdesk.web.filters import local_time
from opsdesk.web.language import words
from opsdesk.web.words import gettext as _


def install(app: Flask) -> None:
    """Make the filter known to templates."""
    app.add_template_filter(field_value)


def field_value(held: Any, field: Field, names: Mapping[str, str]) -> str | Markup:
    """Return a field's value in words; text from people stays text."""
    match field.shape:
        case Shape.CHOICE:
            return _choice(field, held)
        case Shape.CHOICES:
            return "、".join(_choice(field, one) for one in held)
        case Shape.PEOPLE | Shape.ITEMS:
            return one_line("、".join(names.get(one, one) for one in held))
        case Shape.ROWS:
            return _table(field, held)
        case _:
            return _single(held, field, names)


def _single(held: Any, field: Field, names: Mapping[str, str]) -> str:
    if field.shape is Shape.YES_NO:
        return _("是") if held else _("否")
    if field.shape is Shape.MOMENT:
        return local_time(datetime.fromisoformat(held))
    if field.shape is Shape.NUMBER:
        return f"{held:g}"
    if field.shape is Shape.PERSON or field.name == "owner":
        return one_line(names.get(held, held))
    return printable(str(held))


def _choice(field: Field, held: str) -> str:
    known = dict(field.choices)
    return words(known[held]) if held in known else one_line(held)


def _table(field: Field, rows: list[Mapping[str, Any]]) -> Markup:
    head = Markup().join(
        Markup("<th scope='col'>{}</th>").format(words(column.label))
        for column in field.columns
    )
    body = Markup().join(
        Markup("<tr>{}</tr>").format(
            Markup().join(
                Markup("<td>{}</td>").format(
                    escape(printable(str(row.get(column.name) or "/")))
                )
                for column in field.columns
            )
        )
        for row in rows
    )
    table = Markup(
        "<div class='scrolls'><table class='table small-table'>"
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
    )
    return table.format(head, body)
