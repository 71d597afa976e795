"""Refusals: a person broke a rule, and is told so in a sentence."""

from __future__ import annotations


class Refused(Exception):
    """A rule says no. `sentence` is a Chinese message id; its English is translated.

    Say what happened, what was kept and what to do next. `values` fill the sentence's
    `%(name)s` places, after translation.
    """

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence % values if values else sentence)
        self.sentence = sentence
        self.values = values


class NotFound(Refused):
    """The thing asked for is not there."""


class Stale(Refused):
    """Somebody else changed the record since it was read; nothing was overwritten."""


class Forbidden(Refused):
    """The person's role may not do this."""
