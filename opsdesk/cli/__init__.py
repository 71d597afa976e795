"""The `opsdesk` command: one group, whose commands are imported when they are used."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from opsdesk.cli.group import main

__all__ = ["main", "run"]


def run() -> None:
    """Do what the command line asks, and leave at once.

    Taking an interpreter to pieces that loaded a database library costs a quarter of a
    second of CPU, for memory that the system takes back anyway. Everything was closed
    by then; only what was written to the two streams is still to be sent off. A mistake
    of ours ends the ordinary way, with its trace.
    """
    status: str | int | None = 0
    try:
        main()
    except SystemExit as leaving:
        status = leaving.code
    if not isinstance(status, int | None):
        sys.stderr.write(f"{status}\n")
        status = 1
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # nobody reads it any more
            stream.flush()
    os._exit(status or 0)
