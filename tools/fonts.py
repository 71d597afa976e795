"""Rebuild reports/fonts/ from the published faces: `python tools/fonts.py`.

Needs npm and fontTools (a test requirement). Hinting is dropped: a PDF never uses it,
and reading it takes a third of the time of a report.
"""

from __future__ import annotations

import io
import lzma
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT))

from fontTools import subset  # noqa: E402
from fontTools.ttLib import TTFont  # noqa: E402

from tools.npm import Package, fetch  # noqa: E402

FOLDER = ROOT / "reports/fonts"
SANS = Package(
    "@expo-google-fonts/noto-sans-sc",
    "0.4.3",
    "sha512-9rAwdFTFHbO/u6Cs0gj2jZbW74TGIiaFNQnXYH2s5wA1bzVkwbaviL4t8YUV642eGYjg86eH6DkAEQmfNHDncQ==",
)
HONG_KONG = Package(
    "@expo-google-fonts/noto-sans-hk",
    "0.4.3",
    "sha512-jPBN2bE492eP4xPhUdmgbmYIOoqkzBPoF+upZYr9meQF3nuwY2ajmjMNtaSMrTlOXWV53td+ru/kFTcZ7/v7fg==",
)
JAPAN = Package(
    "@expo-google-fonts/noto-sans-jp",
    "0.4.3",
    "sha512-Fl+Z6vtD24HFAYsvzB0S9Nery1ly16B9PesdY0wBd+wEHAvkNglnkTUspU0HqGOubkmoa8zusJrKv6vDx1o70A==",
)
SYMBOLS = Package(
    "@expo-google-fonts/noto-sans-symbols-2",
    "0.4.1",
    "sha512-jFymG5s4OLlXpy9E9FQvSXpSnf43BIYcJiPXEHSw6LFNvbahkjmUWb/cj4vsX/KdUksGLTPbjB9iRuu8L3yJ8A==",
)
REGULAR = "400Regular/NotoSansSC_400Regular.ttf"
BOLD = "700Bold/NotoSansSC_700Bold.ttf"
HONG_KONG_REGULAR = "400Regular/NotoSansHK_400Regular.ttf"
JAPAN_REGULAR = "400Regular/NotoSansJP_400Regular.ttf"
MARKS = "400Regular/NotoSansSymbols2_400Regular.ttf"

# Where a form ticks, bullets and points; each face gives what it has of these.
BLOCKS = (
    (0x20, 0x7E),  # ASCII
    (0xA0, 0x17F),  # Latin-1 and Latin Extended-A
    (0x2000, 0x206F),  # general punctuation
    (0x2070, 0x209F),  # superscripts and subscripts
    (0x20A0, 0x20BF),  # currencies
    (0x2100, 0x218F),  # letter-like forms, fractions, Roman numerals
    (0x2190, 0x22FF),  # arrows and mathematics
    (0x2460, 0x24FF),  # enclosed numbers
    (0x2500, 0x26FF),  # boxes, blocks, geometry, miscellaneous symbols
    (0x2713, 0x2718),  # ticks and crosses
    (0x3000, 0x303F),  # CJK punctuation
    (0x3200, 0x33FF),  # enclosed CJK and units
    (0xFF00, 0xFFEF),  # full-width forms
)
IDEOGRAPHS = ((0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
_PRESET = 9 | lzma.PRESET_EXTREME
SYMBOL_CHARACTERS = "☐☑☒✓✔✗✘⚠⏱★☆"


def main() -> None:
    """Write every file of reports/fonts/ again."""
    _, sans = fetch(SANS)
    _, hong_kong = fetch(HONG_KONG)
    _, japan = fetch(JAPAN)
    _, symbols = fetch(SYMBOLS)
    wanted = _gb2312() | {code for a, b in BLOCKS for code in range(a, b + 1)}
    _write("NotoSansSC-Regular.ttf", _cut(sans[REGULAR], wanted))
    _write("NotoSansSC-Bold.ttf", _cut(sans[BOLD], wanted))
    everything = TTFont(io.BytesIO(sans[REGULAR])).getBestCmap()
    whole = _cut(sans[REGULAR], everything)
    _write("NotoSansSC-Wide.ttf.xz", lzma.compress(whole, preset=_PRESET))
    known = frozenset(everything)
    further = _further(hong_kong[HONG_KONG_REGULAR], known)
    _write("NotoSansHK-Rare.ttf.xz", lzma.compress(further, preset=_PRESET))
    known |= TTFont(io.BytesIO(further)).getBestCmap().keys()
    last = _further(japan[JAPAN_REGULAR], known)
    _write("NotoSansJP-Rare.ttf.xz", lzma.compress(last, preset=_PRESET))
    marks = _cut(symbols[MARKS], map(ord, SYMBOL_CHARACTERS))
    _write("NotoSansSymbols2.ttf", marks)
    _write("OFL.txt", sans["LICENSE_FONT"])
    _write("OFL-symbols.txt", symbols["LICENSE_FONT"])


def _further(content: bytes, known: frozenset[int]) -> bytes:
    """Cut a face down to the ideographs that another one does not have."""
    held = TTFont(io.BytesIO(content)).getBestCmap()
    return _cut(content, {c for c in held if c not in known and _ideograph(c)})


def _ideograph(code: int) -> bool:
    return any(first <= code <= last for first, last in IDEOGRAPHS)


def _gb2312() -> set[int]:
    """Every character of the Chinese national standard GB 2312-1980."""
    pairs = (bytes((a, b)) for a in range(0xA1, 0xF8) for b in range(0xA1, 0xFF))
    return {ord(c) for pair in pairs for c in pair.decode("gb2312", "ignore")}


def _cut(content: bytes, characters: Iterable[int]) -> bytes:
    """Cut a face down to these characters only, and without hinting."""
    options = subset.Options(hinting=False, notdef_outline=True, name_IDs=["*"])
    options.layout_features = ["kern", "mark", "mkmk", "ccmp", "locl", "liga"]
    face = TTFont(io.BytesIO(content), recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters)
    cutter.subset(face)
    out = io.BytesIO()
    face.save(out)
    return out.getvalue()


def _write(name: str, content: bytes) -> None:
    FOLDER.joinpath(name).write_bytes(content)
    print(f"{len(content):>10,}  {name}")


if __name__ == "__main__":
    main()
