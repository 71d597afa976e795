"""The browser's files and the fonts are the pinned ones, and complete."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from fontTools.ttLib import TTFont

from reports.fonts import faces

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "opsdesk/static"
LOCK: dict[str, Any] = json.loads((ROOT / "tools/vendor.lock").read_text())


@pytest.mark.parametrize("name", sorted(LOCK["sha256"]))
def test_a_shipped_browser_file_is_the_pinned_one(name: str) -> None:
    content = STATIC.joinpath(name).read_bytes()
    assert hashlib.sha256(content).hexdigest() == LOCK["sha256"][name]


def test_nothing_lies_among_the_shipped_files_unpinned() -> None:
    found = {f"vendor/{path.name}" for path in STATIC.joinpath("vendor").iterdir()}
    assert found == {name for name in LOCK["sha256"] if name.startswith("vendor/")}


def test_every_shipped_package_brings_its_licence() -> None:
    for package in LOCK["packages"]:
        assert any("LICENSE" in target for target in package["files"].values())


def test_every_icon_is_drawn_once() -> None:
    sprite = ET.parse(STATIC / "icons.svg").getroot()  # our own file
    names = [symbol.get("id") for symbol in sprite]
    assert names == LOCK["icons"].split()
    assert all(len(symbol) for symbol in sprite)


def test_no_page_asks_another_host_for_anything() -> None:
    asks = re.compile(
        r"""(?:<(?:script|link|img|iframe)[^>]+|url\()["']?(?:https?:)?//"""
    )
    ours = [*ROOT.glob("opsdesk/templates/**/*.html"), *STATIC.glob("*.css")]
    ours += [*ROOT.glob("reports/templates/**/*.html"), *ROOT.glob("reports/**/*.css")]
    assert ours
    assert not [path for path in ours if asks.search(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("weight", ["Regular", "Bold"])
def test_both_weights_set_all_of_gb2312_and_ascii(weight: str) -> None:
    held = TTFont(ROOT / f"reports/fonts/NotoSansSC-{weight}.ttf").getBestCmap()
    rows = (bytes((a, b)) for a in range(0xB0, 0xF8) for b in range(0xA1, 0xFF))
    wanted = "".join(pair.decode("gb2312", "ignore") for pair in rows)
    wanted += "".join(map(chr, range(0x20, 0x7F))) + "，。、；：？！“”‘’（）《》【】—…·"
    wanted += "①⑩□■○●◇◆△▲▽▼☆★✓←↑→↓±×÷≥≤≠≈℃％"
    assert len(wanted) > 6800
    assert not [character for character in wanted if ord(character) not in held]


def test_the_symbols_face_has_the_boxes_a_form_ticks() -> None:
    held = TTFont(ROOT / "reports/fonts/NotoSansSymbols2.ttf").getBestCmap()
    assert {"☐", "☑", "☒", "✗"} <= {chr(code) for code in held}


def test_a_rare_character_of_a_name_is_in_the_wide_face(tmp_path: Path) -> None:
    wide = [face for face in faces(tmp_path) if face.role == "wide"]
    held = {code for face in wide for code in TTFont(face.path).getBestCmap()}
    assert not [one for one in "喆堃祎镕䶮昇𬍛" if ord(one) not in held]


def test_two_that_unpack_the_wide_face_at_once_both_get_all_of_it(
    tmp_path: Path,
) -> None:
    sizes: list[tuple[int, ...]] = []

    def unpack() -> None:
        wide = [face for face in faces(tmp_path) if face.role == "wide"]
        sizes.append(tuple(face.path.stat().st_size for face in wide))

    threads = [threading.Thread(target=unpack) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sizes) == 3
    assert len(set(sizes)) == 1
    assert {path.suffix for path in tmp_path.iterdir()} == {".ttf"}


def test_the_open_font_licence_lies_beside_the_fonts() -> None:
    for name in ("OFL.txt", "OFL-symbols.txt"):
        text = (ROOT / "reports/fonts" / name).read_text(encoding="utf-8")
        assert "SIL OPEN FONT LICENSE Version 1.1" in text
