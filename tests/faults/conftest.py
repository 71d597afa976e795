"""The faults are tried with the engine's own fixtures."""

from tests.probes.engine.fixtures import nothing_left, shared, start, user_key

__all__ = ["nothing_left", "shared", "start", "user_key"]
