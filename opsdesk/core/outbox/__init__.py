"""Telling people: what was said to whom, and what became of it on the way."""

from opsdesk.core.outbox.models import ONCE, Kind, Urgency
from opsdesk.core.outbox.operations import tell

__all__ = ["ONCE", "Kind", "Urgency", "tell"]
