"""Bytes to words: what a file says, whatever kind it is, and never an exception.

`words_of` is the pure function; `apart.read_apart` runs it in a process of its own.
"""

from opsdesk.archive.reading.kinds import LONGEST, Found, words_of

__all__ = ["LONGEST", "Found", "words_of"]
