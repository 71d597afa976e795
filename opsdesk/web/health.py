"""Whether the desk lives, for whatever watches it from outside."""

from __future__ import annotations

from flask import Blueprint, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from opsdesk.web import unit
from opsdesk.web.access import anyone

screen = Blueprint("health", __name__)


@screen.get("/healthz")
@anyone
def healthz() -> tuple[Response, int]:
    """Say ok where the database answers; 503 where it does not."""
    try:
        unit.session().execute(text("SELECT 1"))
    except SQLAlchemyError:
        unit.roll_back()
        return jsonify(status="database-unreachable"), 503
    return jsonify(status="ok"), 200
