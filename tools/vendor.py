"""Bring the browser's files from the npm registry, as tools/vendor.lock pins them.

`python tools/vendor.py` fetches, checks and copies. To move to another version, change
the version, empty its integrity, run it, and read what changed. The files are
committed, so neither running nor testing the desk needs npm.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT))

from tools.npm import Package, fetch, sha256  # noqa: E402

LOCK = ROOT / "tools/vendor.lock"
STATIC = ROOT / "opsdesk/static"
DRAWN = (
    'fill="none" stroke="currentColor" stroke-width="2" '
    'stroke-linecap="round" stroke-linejoin="round"'
)


def main() -> None:
    """Write the pinned files, then the lock with what was found."""
    lock = json.loads(LOCK.read_text())
    written: dict[str, bytes] = {}
    for entry in lock["packages"]:
        written |= _bring(entry, lock["icons"].split())
    for name, content in written.items():
        target = STATIC / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        print(f"{len(content):>10,}  {name}")
    lock["sha256"] = {name: sha256(content) for name, content in written.items()}
    LOCK.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n")


def _bring(entry: dict[str, Any], icons: list[str]) -> dict[str, bytes]:
    """Fetch one package; give what goes below opsdesk/static, by path."""
    package = Package(entry["name"], entry["version"], entry["integrity"])
    entry["integrity"], files = fetch(package)
    taken = {f"vendor/{to}": files[source] for source, to in entry["files"].items()}
    if package.name == "@tabler/icons":
        taken["icons.svg"] = _sprite(files, icons)
    return taken


def _sprite(files: dict[str, bytes], icons: list[str]) -> bytes:
    """Draw every icon once, each a symbol that a page names: `icons.svg#home`."""
    lines = ['<svg xmlns="http://www.w3.org/2000/svg">']
    for name in icons:
        drawing = files[f"icons/outline/{name}.svg"].decode()
        _, _, rest = drawing.partition('class="icon')
        inner = rest.partition(">")[2].partition("</svg>")[0]
        strokes = re.findall(r'<(?!path stroke="none")[^>]+>', inner)
        body = "".join(stroke.replace(" />", "/>") for stroke in strokes)
        lines.append(f'<symbol id="{name}" viewBox="0 0 24 24" {DRAWN}>{body}</symbol>')
    return "\n".join([*lines, "</svg>", ""]).encode()


if __name__ == "__main__":
    main()
