"""Telling people: what was said to whom, and what became of it on the way."""

from opsdesk.core.outbox.models import Kind, Urgency
from opsdesk.core.outbox.operations import tell

__all__ = ["Kind", "Urgency", "tell"]
