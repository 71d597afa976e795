"""What stands in the archive: searched by words, narrowed, newest first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from flask import g, render_template, request, url_for
from markupsafe import Markup, escape

from opsdesk.archive import checks, search, shelf
from opsdesk.archive.models import Category, Label
from opsdesk.archive.search import Hit
from opsdesk.archive.shelf import Line, Wanted
from opsdesk.core.text import one_line, printable
from opsdesk.flows import verify_archive
from opsdesk.people.queries import names
from opsdesk.web import unit
from opsdesk.web.access import signed_in, somebody
from opsdesk.web.archive.blueprint import KNOWS_READERS, screen, spoken, who
from opsdesk.web.language import words

_Choice = TypeVar("_Choice", Category, Label)
PAGE = 50
LONGEST = 100
KEPT = ("q", "category", "label", "kind", "since", "until", "superseded")
_IDEOGRAPHS = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"[{_IDEOGRAPHS}]+|[^\W_{_IDEOGRAPHS}]+")
_HAN = re.compile(f"[{_IDEOGRAPHS}]")
_BEGINS = "(?<![A-Za-z0-9])"  # where a word of letters or digits begins


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the list; where one searched, with the words found in it marked."""

    line: Line
    title: Markup
    excerpt: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of the list; `older`: the key that the next one begins below, if any."""

    rows: Sequence[Row]
    older: int | None


@screen.get("")
@signed_in
def index() -> str:
    """List what the present person may read; all that narrows it is in the address."""
    kept, session = _kept(), unit.session()
    wanted = _wanted(kept)
    page = _found(kept["q"], wanted) if "q" in kept else _listed(wanted)
    check, may_know = checks.last(session), somebody().role in KNOWS_READERS
    more = {**kept, "before": page.older} if page.older else None
    return render_template(
        "archive/index.html",
        rows=page.rows,
        kept=kept,
        older=url_for("archive.index", **more) if more else None,
        is_later_page="before" in request.args,
        is_empty=not page.rows and shelf.is_empty(session),
        kinds=shelf.kinds(session),
        readable=[one for one in Label if one in wanted.who.labels],
        names=names(session),
        check=check,
        is_late=check is not None and verify_archive.is_late(check, at=g.at),
        told=[words(one) for one in check.told] if check and may_know else (),
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
        who=who(),
        category=_one_of(Category, kept.get("category", "")),
        label=_one_of(Label, kept.get("label", "")),
        kind=kept.get("kind"),
        since=_day(kept.get("since", "")),
        until=_day(kept.get("until", "")),
        superseded_too="superseded" in kept,
        before=request.args.get("before", type=int),
    )


def _listed(wanted: Wanted) -> Page:
    lines = shelf.lines(unit.session(), wanted, most=PAGE + 1)
    rows = [
        Row(line=line, title=escape(one_line(line.title)), excerpt=Markup())
        for line in lines[:PAGE]
    ]
    return Page(rows=rows, older=lines[PAGE - 1].id if len(lines) > PAGE else None)


def _found(query: str, wanted: Wanted) -> Page:
    """Search among what is wanted: nothing is left out after the hits are cut."""
    hits = search.find(unit.session(), query, wanted, most=PAGE + 1)
    older = hits[PAGE - 1].id if len(hits) > PAGE else None
    return Page(rows=_rows(query, hits[:PAGE]), older=older)


def _rows(query: str, hits: Sequence[Hit]) -> Sequence[Row]:
    lines = shelf.lines_of(unit.session(), [hit.id for hit in hits])
    return [
        Row(
            line=lines[hit.id],
            title=marked(one_line(hit.title), query),
            excerpt=marked(hit.excerpt, query),
        )
        for hit in hits
    ]


def marked(text: str, query: str) -> Markup:
    """Return a text as HTML with every word of a query in <mark>; all else escaped."""
    spellings = f"{query} {unicodedata.normalize('NFKC', query)}"
    sought = {one for term in spellings.split() for one in _patterns(term)}
    if not sought:
        return escape(printable(text))
    longest_first = sorted(sought, key=len, reverse=True)
    pattern = re.compile(f"({'|'.join(longest_first)})", re.IGNORECASE)
    pieces = pattern.split(printable(text))  # what is found stands at odd places
    return Markup().join(
        Markup("<mark>{}</mark>").format(piece) if place % 2 else escape(piece)
        for place, piece in enumerate(pieces)
    )


def _patterns(term: str) -> list[str]:
    """Return what finds a term as the search does: db-1 is one, 主库db-1 are three."""
    runs = _RUN.findall(term)
    if not any(_HAN.match(run) for run in runs):
        joined = r"[\W_]*".join(map(re.escape, runs))
        return [f"{_BEGINS}{joined}"] if runs else []
    return [
        re.escape(run) if _HAN.match(run) else f"{_BEGINS}{re.escape(run)}"
        for run in runs
    ]


def _one_of(choices: type[_Choice], value: str) -> _Choice | None:
    return choices(value) if value in list(choices) else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
