"""The faces that paper is set in, so that it looks the same on every machine."""

from __future__ import annotations

import lzma
import os
import struct
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

FOLDER = Path(__file__).parent
PACKED = (
    ("Noto Sans SC Wide", "NotoSansSC-Wide.ttf.xz", "NotoSansSC-Wide-2.004.ttf"),
    ("Noto Sans HK Rare", "NotoSansHK-Rare.ttf.xz", "NotoSansHK-Rare-2.004.ttf"),
    ("Noto Sans JP Rare", "NotoSansJP-Rare.ttf.xz", "NotoSansJP-Rare-2.004.ttf"),
)


class Incomplete(Exception):
    """A bundled face is missing or damaged: the program has to be installed again."""


@dataclass(frozen=True, slots=True)
class Face:
    """One font file, and the family name a style sheet should give it.

    `subset` sets nearly every page (GB 2312 and Latin); the three that are `wide` have
    some 26,000 rarer characters, for names; `symbols` has the ticks and boxes that
    none of them has.
    """

    family: str
    weight: int
    path: Path
    role: Literal["subset", "wide", "symbols"]


def everyday() -> tuple[Face, ...]:
    """Return the faces that set nearly every page; nothing is unpacked for them."""
    sans = "Noto Sans SC"
    return (
        Face(sans, 400, FOLDER / "NotoSansSC-Regular.ttf", "subset"),
        Face(sans, 700, FOLDER / "NotoSansSC-Bold.ttf", "subset"),
        Face("Noto Sans Symbols 2", 400, FOLDER / "NotoSansSymbols2.ttf", "symbols"),
    )


@contextmanager
def opened(face: Face) -> Iterator[Any]:
    """Open a face to look into it. Raises Incomplete."""
    from fontTools.ttLib import TTFont, TTLibError  # noqa: PLC0415 - WeasyPrint's

    try:
        with TTFont(face.path, lazy=True) as font:
            yield font
    except (OSError, TTLibError, LookupError, AssertionError, struct.error) as error:
        raise Incomplete(_INCOMPLETE.format(name=face.path.name)) from error


def characters(chosen: Iterable[Face]) -> set[str]:
    """Return the characters that one of the faces has. Raises Incomplete."""
    found: set[str] = set()
    for face in chosen:
        with opened(face) as font:
            # Numbers do for the glyphs: their names take longer to read than all else.
            font.setGlyphOrder([str(n) for n in range(font["maxp"].numGlyphs)])
            found.update(map(chr, font.getBestCmap()))
    return found


def missing() -> tuple[str, ...]:
    """Return the files of faces that did not come with the program, or are empty."""
    packed = (FOLDER / name for _family, name, _target in PACKED)
    every = (*(face.path for face in everyday()), *packed)
    return tuple(p.name for p in every if not p.is_file() or not p.stat().st_size)


_INCOMPLETE = "the bundled face {name} is missing or damaged: install opsdesk again"


def faces(cache: Path) -> tuple[Face, ...]:
    """Every face as a file; the wide ones are unpacked into `cache` the first time."""
    wide = (
        Face(family, 400, _unpacked(FOLDER / packed, cache / name), "wide")
        for family, packed, name in PACKED
    )
    return (*everyday(), *wide)


def _unpacked(source: Path, target: Path) -> Path:
    """Unpack beside the target and rename: a reader never sees half a font."""
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(lzma.decompress(source.read_bytes()))
        part.replace(target)
    except (FileNotFoundError, lzma.LZMAError) as error:
        raise Incomplete(_INCOMPLETE.format(name=source.name)) from error
    finally:
        part.unlink(missing_ok=True)
    return target
