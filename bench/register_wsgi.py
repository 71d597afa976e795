"""What gunicorn serves while the registers are measured: the desk, and the bare page.

Both write through to the disk, as the PostgreSQL beside them does.
"""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import event

from bench.bare import bare_page
from opsdesk.app import create_app
from opsdesk.core import audit, log, settings
from opsdesk.core.database import Database
from opsdesk.core.desk import Desk, open_desk


def written_through(database: Database) -> Database:
    """Have SQLite wait for the disk at every commit."""
    if database.engine.dialect.name == "sqlite":
        event.listen(database.engine, "connect", _full)
    return database


def _full(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=FULL").close()


def _desk() -> Desk:
    log.to_stderr()
    found = settings.load(Path(os.environ["OPSDESK_CONFIG"]), environ={})
    audit.use_key(found.desk.data / "keys" / "audit.key")
    desk = open_desk(found)
    written_through(desk.database)
    return desk


def opsdesk() -> Flask:
    """Return the desk as `opsdesk serve` has it."""
    desk = _desk()
    app = create_app(desk.settings, desk.database, desk.store)
    gc.collect()
    gc.freeze()
    return app


def bare() -> Flask:
    """Return the floor, over the same database."""
    app = bare_page(_desk().database)
    gc.collect()
    gc.freeze()
    return app
