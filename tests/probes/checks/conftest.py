"""The servers the checks are tried on, and no trace of a check afterwards."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import pytest

from tests.lab.services import mariadb_server, redis_server, snmp_device
from tests.lab.web import Site, site

__all__ = ["Site", "mariadb_server", "redis_server", "site", "snmp_device"]


@pytest.fixture
def no_trace() -> Iterator[None]:
    """Fail the test when a check leaves a thread or a descriptor behind."""
    threads, files = threading.active_count(), _open_files()
    yield
    assert threading.active_count() == threads
    assert _open_files() == files


def _open_files() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - a count of names
