"""What a reader refuses: packed files that unpack into huge ones, and locked ones."""

from __future__ import annotations

import io
import zipfile

MOST_UNPACKED = 256 << 20
MOST_PARTS = 5_000
_LOCKED = 0x1


class Locked(Exception):
    """The file asks for a password."""


class TooLarge(Exception):
    """The file holds more than a reader takes."""


def unpacked(content: bytes) -> zipfile.ZipFile:
    """Open a packed file. Raises Locked, or TooLarge for what unpacks into too much."""
    packed = zipfile.ZipFile(io.BytesIO(content))
    parts = packed.infolist()
    if any(part.flag_bits & _LOCKED for part in parts):
        raise Locked
    size = sum(part.file_size for part in parts)
    if size > MOST_UNPACKED or len(parts) > MOST_PARTS:
        raise TooLarge
    return packed
