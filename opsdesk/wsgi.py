"""For a WSGI server of one's own: `gunicorn 'opsdesk.wsgi:create()'`."""

from __future__ import annotations

import gc
import os
from pathlib import Path

from flask import Flask

from opsdesk.app import create_app
from opsdesk.core import audit, log, settings
from opsdesk.core.desk import open_desk


def create() -> Flask:
    """Return the application of the config.yaml that OPSDESK_CONFIG names."""
    log.to_stderr()
    path = Path(os.environ.get("OPSDESK_CONFIG") or "config.yaml")
    found = settings.load(path, environ=os.environ)
    audit.use_key(found.desk.data / "keys" / "audit.key")
    desk = open_desk(found)
    app = create_app(desk.settings, desk.database, desk.store)
    gc.collect()
    gc.freeze()  # what was loaded stays: no request looks through it for garbage
    return app
