"""What became of reading a file; not among the tables, for a reader knows no database."""

from __future__ import annotations

import enum


class Reading(enum.StrEnum):
    """What became of reading a document's words into the index."""

    READ = "read"  # its words can be found
    WORDLESS = "wordless"  # nothing but pictures in it
    LOCKED = "locked"  # it asks for a password
    BROKEN = "broken"  # its reader gave up on it
    TOO_LARGE = "too_large"  # more than the reader takes, or took too long
    UNKNOWN = "unknown"  # a kind of file that no reader knows
