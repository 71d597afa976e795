"""Commands open the audit trail with their own desk's key; tests get theirs back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from opsdesk.core import audit
from tests.conftest import AUDIT_KEY


@pytest.fixture(autouse=True)
def key_given_back() -> Iterator[None]:
    """Put the tests' audit key back after a command used another."""
    yield
    audit.TRAIL.use(AUDIT_KEY)
