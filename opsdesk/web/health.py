"""Whether the desk lives, for whatever watches it from outside."""

from __future__ import annotations

from flask import Blueprint, Response, g, jsonify
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from opsdesk.inspections.models import Round
from opsdesk.web import unit
from opsdesk.web.access import anyone

screen = Blueprint("health", __name__)


@screen.get("/healthz")
@anyone
def healthz() -> tuple[Response, int]:
    """Say ok where the database answers, and how old the last round is; else 503.

    `last_round_seconds` is null where there was no round yet.
    """
    try:
        ended = unit.session().scalar(select(func.max(Round.ended_at)))
    except SQLAlchemyError:
        unit.roll_back()
        return jsonify(status="database-unreachable"), 503
    age = None if ended is None else round((g.at - ended).total_seconds())
    return jsonify(status="ok", last_round_seconds=age), 200
