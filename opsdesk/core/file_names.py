"""Names of files as people send them, made safe to keep and to hand out."""

from __future__ import annotations

import unicodedata

from opsdesk.core.text import storable

LONGEST = 200


def clean_name(name: str) -> str:
    """Return a file's name without folders and without what a name cannot hold."""
    name = storable(name).replace("\\", "/").rpartition("/")[2]
    kept = "".join(char for char in name if unicodedata.category(char)[0] != "C")
    kept = kept.strip(" .") or "file"
    if len(kept) <= LONGEST:
        return kept
    stem, dot, suffix = kept.rpartition(".")
    suffix = suffix[-20:]
    return f"{stem[: LONGEST - len(suffix) - 1]}{dot}{suffix}"
