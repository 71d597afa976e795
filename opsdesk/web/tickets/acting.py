"""Steps and notes: what a record's page sends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, g, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from opsdesk.core.errors import Refused
from opsdesk.flows import check_again, work_tickets
from opsdesk.tickets.entering import Mistaken, read
from opsdesk.tickets.models import Ticket
from opsdesk.tickets.operations.holding import Overtaken
from opsdesk.tickets.operations.moving import Step
from opsdesk.tickets.operations.noting import Note
from opsdesk.tickets.register import Register, value
from opsdesk.web import unit
from opsdesk.web.access import BUSINESS, READERS, may, somebody
from opsdesk.web.forms import local_moment
from opsdesk.web.gate import go
from opsdesk.web.language import said, words
from opsdesk.web.tickets.blueprint import ONE, deed, register_at, screen, ticket_at
from opsdesk.web.tickets.entry import as_input, sent
from opsdesk.web.tickets.record import After, shown_page
from probes.finding import Words

CONFLICT, UNPROCESSABLE = 409, 422


@screen.post(f"{ONE}/steps/<name>")
@may(*READERS)
def step(path: str, number: str, name: str) -> Response | tuple[str, int]:
    """Take the record one step on; the register's table says who may."""
    register = register_at(path)
    ticket_at(path, number)
    chosen = register.move(name)
    asked = {*chosen.needs, *chosen.asks} if chosen else set()
    by_hand = [one for one in asked if register.fields[one].by_hand]
    typed = sent(register, by_hand)
    note = request.form.get("note", "")
    settings = unit.desk().settings
    try:
        values = read(register, typed, settings.desk.timezone)
        made = Step(
            name=name,
            values=values,
            note=note,
            version=request.form.get("version", type=int),
            claimed_at=local_moment("claimed_at"),
        )
        work_tickets.move(unit.session(), settings, number, made, deed())
    except Mistaken as mistaken:
        unit.roll_back()
        after = _after(name, mistaken, mistaken.fields, {**typed, "note": note})
        return shown_page(path, ticket_at(path, number), after), UNPROCESSABLE
    except Overtaken as overtaken:
        unit.roll_back()
        ticket = ticket_at(path, number)
        trouble = _standing(register, ticket, typed)
        after = _after(name, overtaken, trouble, {**typed, "note": note})
        return shown_page(path, ticket, after), CONFLICT
    assert chosen is not None  # the table refused anything else
    flash(_("已完成：%(step)s。", step=words(chosen.label)))
    return go(f"{register.path}/{number}")


def _after(
    name: str, refusal: Refused, trouble: Mapping[str, Words], typed: Mapping[str, Any]
) -> After:
    return After(step=name, refused=said(refusal), trouble=trouble, typed=typed)


def _standing(
    register: Register, ticket: Ticket, typed: Mapping[str, Any]
) -> dict[str, Words]:
    """Say beside each field what stands there now, where that is not what was typed."""
    found = {}
    for name, mine in typed.items():
        stands = as_input(register.fields[name], value(ticket, name))
        if isinstance(mine, str) and stands not in ("", mine.strip()):
            text = str(stands).replace("{", "(").replace("}", ")")
            found[name] = _STANDS.fill(text=text)
    return found


_STANDS = Words("现在保存的是：{text}", "What is saved now: {text}")


@screen.post(f"{ONE}/notes")
@may(*READERS)
def note(path: str, number: str) -> Response:
    """Add words to the timeline."""
    ticket_at(path, number)
    written = Note(
        text=request.form.get("text", ""), claimed_at=local_moment("claimed_at")
    )
    work_tickets.note(unit.session(), unit.desk().settings, number, written, deed())
    return go(f"{register_at(path).path}/{number}#timeline-end")


@screen.post(f"{ONE}/check")
@may(*BUSINESS)
def check(path: str, number: str) -> Response:
    """Inspect the servers it names now; the answer comes to the timeline."""
    ticket_at(path, number)
    asked = check_again.request(
        unit.session(),
        unit.desk().settings,
        number,
        "again",
        by=somebody(),
        at=g.at,
    )
    flash(_("复检 %(round)s 已开始，结果会写进时间线。", round=asked))
    return go(f"{register_at(path).path}/{number}")
