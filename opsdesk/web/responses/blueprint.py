"""The blueprint of plans, drills and runs, and what every view of them needs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, jsonify, request, url_for
from werkzeug.wrappers import Response

from opsdesk.people.queries import names
from opsdesk.responses import moves, parameters
from opsdesk.responses import wording as named
from opsdesk.responses.queries import page
from opsdesk.web import unit
from opsdesk.web.gate import go
from opsdesk.web.responses import wording

screen = Blueprint("responses", __name__)

RUN = "/runs/<number>"


def run_at(number: str) -> page.RunView:
    """Return a run as it is now."""
    return page.page(unit.session(), number, at=g.at)


def wants_json() -> bool:
    """Tell whether a page's script sent this, and stays where it is."""
    return request.headers.get("Accept", "").startswith("application/json")


def done(number: str, sentence: str, anchor: str = "") -> Response:
    """Answer what was done: a page's script stays, a plain form comes back."""
    if wants_json():
        return jsonify(said=sentence)
    flash(sentence)
    back = request.form.get("back", "")
    if back in ("checklist", "all"):
        whole = 1 if back == "all" else None
        return go(url_for("responses.checklist", number=number, all=whole))
    return go(url_for("responses.run", number=number, _anchor=anchor or None))


def finished(number: str, sentence: str, anchor: str = "") -> Response:
    """Say what was done, and come back to what is left after the run."""
    flash(sentence)
    return go(url_for("responses.closing", number=number, _anchor=anchor or None))


def worded() -> dict[str, Any]:
    """Return what templates call states, parts and people."""
    return {
        "w": wording,
        "named": named,
        "moves": moves,
        "names": names(unit.session()),
        "step_words": {one.value: words for one, words in wording.STEP_STATES.items()},
        "part_words": {one.value: words for one, words in wording.PARTS.items()},
        "may_name": lambda one: parameters.choices(one, unit.desk().settings),
        "run_words": {one.value: words for one, words in moves.STATES.items()},
    }
