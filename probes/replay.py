"""Kept transcripts, read again by today's readers: nothing is asked of any machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from probes import catalogue
from probes.reply import Reply
from probes.transcript import Transcript, unpack


def again(
    kept: Iterable[bytes],
) -> Iterator[tuple[Transcript, tuple[Reply, ...]]]:
    """Yield each transcript with its replies, from the bytes `pack` made of it.

    Raises ValueError at one that is damaged.
    """
    for stored in kept:
        transcript = unpack(stored)
        yield transcript, catalogue.read(transcript)
