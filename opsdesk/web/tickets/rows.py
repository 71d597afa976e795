"""The rows of a register's list, drawn without a template: a page has fifty of them.

Whatever people wrote goes through `_text`; the rest is the desk's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Flask
from markupsafe import Markup, escape

from opsdesk.core.text import one_line
from opsdesk.tickets.queries.lists import Line
from opsdesk.tickets.register import Register
from opsdesk.web.filters import moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the rows of a page share, drawn once by its template."""

    register: Register
    names: Mapping[str, str]
    states: Mapping[str, Markup]
    over: Markup  # stands before a deadline that has passed
    complex: Markup  # stands behind the title of a complex fault
    at: datetime


def install(app: Flask) -> None:
    """Make the rows known to templates."""
    app.add_template_filter(ticket_rows)
    app.jinja_env.globals["look"] = Look


def ticket_rows(rows: Iterable[Line], look: Look) -> Markup:
    """Return the rows of a list as a table's body."""
    body = "\n".join(_row(row, look) for row in rows)
    return Markup(f"<tbody>{body}</tbody>")  # noqa: S704 - escaped where it was drawn


def _row(row: Line, look: Look) -> str:
    register, number = look.register, _text(row.number)
    link = f'<a href="{register.path}/{number}">'
    quiet = "" if row.is_open else ' class="quiet"'
    return f"""\
<tr data-step tabindex="-1"{quiet}>
<td><input class="form-check-input" type="checkbox" name="number" \
value="{number}" aria-label="{number}"></td>
<td>{link}{number}</a></td>
<td class="ticket-title" data-cell="title">{link}{_text(row.title)}</a>{_beside(row, look)}</td>
<td>{look.states[row.state]}</td>
{_priority(row, register)}\
<td{_cell("module", register)}>{_text(row.module or "/")}</td>
<td{_cell("owner", register)}>{_text(look.names.get(row.owner, row.owner or "/"))}</td>
<td>{moment(row.opened_at, relative=False)}</td>
{_deadline(row, look)}\
</tr>"""


def _beside(row: Line, look: Look) -> str:
    region = f" <small>{_text(row.region)}</small>" if row.region else ""
    return f"{look.complex if row.is_complex else ''}{region}"


def _priority(row: Line, register: Register) -> str:
    if "impact" not in register.fields:
        return ""
    return f'<td data-cell="priority">{_text(row.priority or "/")}</td>\n'


def _deadline(row: Line, look: Look) -> str:
    if not look.register.promises:
        return ""
    if row.due_at is None:
        return "<td>/</td>\n"
    over = look.over if row.due_at < look.at else ""
    return f"<td>{over}{moment(row.due_at)}</td>\n"


def _cell(name: str, register: Register) -> str:
    """Return the mark of a column that is changed where it stands."""
    return f' data-cell="{name}"' if name in register.fields else ""


def _text(text: str) -> Markup:
    return escape(one_line(text))
