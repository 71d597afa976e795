"""Fixtures of the engine, also used by the faults."""

from tests.probes.engine.fixtures import nothing_left, shared, start, user_key

__all__ = ["nothing_left", "shared", "start", "user_key"]
