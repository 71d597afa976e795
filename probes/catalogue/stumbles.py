"""Mistakes of ours over an answer nobody thought of: they cost one section, no more."""

from __future__ import annotations

from probes.reply import Reply

STUMBLES = (
    ValueError,
    LookupError,
    TypeError,
    ArithmeticError,
    AttributeError,
    AssertionError,
)
"""What a judge raises over facts nobody thought of; never the trouble of a database."""


class Stumbled(Exception):
    """One probe's judge could not cope with one answer. The others are not its fault."""

    def __init__(self, reply: Reply, why: Exception) -> None:
        super().__init__(f"{reply.probe}: {type(why).__name__}: {why}")
        self.reply = reply
