"""One unit of work a request: opened when first used, closed before the answer leaves.

Reading requests (GET) read; the others write. It commits where the answer is not an
error, and a commit that fails is an error page, not a false "saved".
"""

from __future__ import annotations

import os
from contextlib import ExitStack

from flask import Flask, Response, current_app, g, request
from sqlalchemy.orm import Session

from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.core.vault import Vault

ERROR = 400
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def desk() -> Desk:
    """Return the desk this application serves: settings, database, store."""
    found: Desk = current_app.extensions["opsdesk"]
    return found


def database() -> Database:
    """Return the database, for the rare unit of its own."""
    return desk().database


def vault() -> Vault:
    """Return where this desk keeps its secrets."""
    return Vault(desk().settings.desk.data, os.environ)


def session() -> Session:
    """Return the request's unit: it reads on GET, and writes on everything else."""
    if request.method not in SAFE:
        return writing()
    if "reading" not in g:
        g.reading = _stack().enter_context(database().reading())
    reading: Session = g.reading
    return reading


def writing() -> Session:
    """Return the request's writing unit: a GET that must leave a record asks for it."""
    if "writing" not in g:
        g.writing = _stack().enter_context(database().unit())
    unit: Session = g.writing
    return unit


def install(app: Flask) -> None:
    """Close each request's units, once, before its answer leaves."""
    app.after_request(_settle)
    app.teardown_request(_abandon)


def roll_back() -> None:
    """Undo what this request did so far; a later `session()` begins anew."""
    for name in ("reading", "writing"):
        unit = g.pop(name, None)
        if unit is not None:
            unit.rollback()
    stack = g.pop("units", None)
    if stack is not None:
        stack.close()


def _stack() -> ExitStack:
    if "units" not in g:
        g.units = ExitStack()
    units: ExitStack = g.units
    return units


def _settle(response: Response) -> Response:
    if response.status_code >= ERROR:
        roll_back()
    stack = g.pop("units", None)
    g.pop("reading", None)
    g.pop("writing", None)
    if stack is not None:
        stack.close()
    return response


def _abandon(_error: BaseException | None) -> None:
    roll_back()
