"""The faces that paper is set in, so that it looks the same on every machine."""

from __future__ import annotations

import lzma
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

FOLDER = Path(__file__).parent
PACKED = (
    ("Noto Sans SC Wide", "NotoSansSC-Wide.ttf.xz", "NotoSansSC-Wide-2.004.ttf"),
    ("Noto Sans HK Rare", "NotoSansHK-Rare.ttf.xz", "NotoSansHK-Rare-2.004.ttf"),
)


@dataclass(frozen=True, slots=True)
class Face:
    """One font file, and the family name a style sheet should give it.

    `subset` sets nearly every page (GB 2312 and Latin); the two that are `wide` have
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
    finally:
        part.unlink(missing_ok=True)
    return target
