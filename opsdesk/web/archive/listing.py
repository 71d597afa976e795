"""What stands in the archive: searched by words, narrowed, newest first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from flask import render_template, request, url_for
from markupsafe import Markup, escape

from opsdesk.archive import shelf
from opsdesk.archive.models import Category, Label
from opsdesk.archive.shelf import Line, Wanted
from opsdesk.core.text import printable
from opsdesk.people.queries import names
from opsdesk.web import unit
from opsdesk.web.access import signed_in, somebody
from opsdesk.web.archive.blueprint import labels, screen, spoken

_Choice = TypeVar("_Choice", Category, Label)
PAGE = 50
LONGEST = 100
KEPT = ("q", "category", "label", "kind", "since", "until", "superseded")
_RUN = re.compile(
    r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+|[^\W_\u3400-\u9fff]+"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the list, with the place where the words stand, where one searched."""

    line: Line
    excerpt: Markup


@screen.get("")
@signed_in
def index() -> str:
    """List what the present person may read; all that narrows it is in the address."""
    kept = _kept()
    rows = _rows(kept)
    session = unit.session()
    more = {**kept, "before": rows[PAGE - 1].line.id} if len(rows) > PAGE else None
    return render_template(
        "archive/index.html",
        rows=rows[:PAGE],
        kept=kept,
        older=url_for("archive.index", **more) if more else None,
        is_later_page="before" in request.args,
        is_empty=not rows and shelf.is_empty(session),
        kinds=shelf.kinds(session),
        readable=[one for one in Label if one in labels()],
        names=names(session),
        **spoken(),
    )


def _kept() -> dict[str, Any]:
    """Return what the address asks for, without what says nothing."""
    return {
        name: request.args[name].strip()[:LONGEST]
        for name in KEPT
        if request.args.get(name, "").strip()
    }


def _wanted(kept: dict[str, Any]) -> Wanted:
    return Wanted(
        labels=labels(),
        person=somebody().username,
        category=_one_of(Category, kept.get("category", "")),
        label=_one_of(Label, kept.get("label", "")),
        kind=kept.get("kind"),
        since=_day(kept.get("since", "")),
        until=_day(kept.get("until", "")),
        superseded_too="superseded" in kept,
        before=request.args.get("before", type=int),
    )


def _rows(kept: dict[str, Any]) -> Sequence[Row]:
    wanted = _wanted(kept)
    found = shelf.lines(unit.session(), wanted, most=PAGE + 1)
    return [Row(line=line, excerpt=Markup()) for line in found]


def marked(text: str, query: str) -> Markup:
    """Return a text as HTML with every word of a query in <mark>; all else escaped."""
    sought = sorted(set(_RUN.findall(query)), key=len, reverse=True)
    if not sought:
        return escape(printable(text))
    pattern = re.compile(f"({'|'.join(map(re.escape, sought))})", re.IGNORECASE)
    pieces = pattern.split(printable(text))  # what is found stands at odd places
    return Markup().join(
        Markup("<mark>{}</mark>").format(piece) if place % 2 else escape(piece)
        for place, piece in enumerate(pieces)
    )


def _one_of(choices: type[_Choice], value: str) -> _Choice | None:
    return choices(value) if value in list(choices) else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
