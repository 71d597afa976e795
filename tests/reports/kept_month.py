"""What is kept of a month as the desk issues it: its words, and its pages as one picture.

    python -m tests.reports.kept_month

makes the month again, of the same data as the test's, and keeps what it is now; look at
every page first (`-o FILE` writes it and keeps nothing).
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageChops, ImageStat

from opsdesk.core import audit, migrate
from opsdesk.core.database import Database
from opsdesk.flows import issue_monthly_report as flow
from tests.factories.months import NOW, a_month
from tests.factories.papers import pages, pictures

FOLDER = Path(__file__).parent / "golden"
WORDS, PICTURE = FOLDER / "month.txt", FOLDER / "month.png"
DPI = 40
_ACROSS, _GREYS, _LINE = 6, 16, 60
_ALIKE = 3.0  # mean difference of a page's pixels, of 255
_ANCHORS = (
    (re.compile(r"(SHA-256：)[0-9a-f]{64}"), r"\1…"),
    (re.compile(r"(数据快照)[0-9a-f]{12}"), r"\1…"),
    (re.compile(r"(记录链：?)\d+:[0-9a-f]{12,64}"), r"\1…"),
)
"""What anchors a paper: it changes with the audit trail's length, not with the pages."""


def words(pdf: bytes) -> str:
    """Return the text of every page, without its anchors."""
    told = []
    for number, page in enumerate(pages(pdf), start=1):
        for anchor, instead in _ANCHORS:
            page = anchor.sub(instead, page)  # noqa: PLW2901 - the same page, masked
        told.append(f"-- {number}")
        told.extend(page[at : at + _LINE] for at in range(0, len(page), _LINE))
    return "\n".join(told) + "\n"


def side_by_side(drawn: list[Image.Image]) -> Image.Image:
    """Return all pages as one picture, in a few greys."""
    width, height = drawn[0].size
    rows = -(-len(drawn) // _ACROSS)
    whole = Image.new("L", (width * _ACROSS, height * rows), 255)
    for place, page in enumerate(drawn):
        whole.paste(page, (place % _ACROSS * width, place // _ACROSS * height))
    return whole.quantize(_GREYS)


def tiles(whole: Image.Image, size: tuple[int, int], count: int) -> list[Image.Image]:
    """Return the pages of such a picture; none where they are more or fewer."""
    width, height = size
    if whole.size != (width * _ACROSS, height * -(-count // _ACROSS)):
        return []
    places = [(n % _ACROSS * width, n // _ACROSS * height) for n in range(count)]
    return [whole.crop((x, y, x + width, y + height)) for x, y in places]


def alike(page: Image.Image, kept: Image.Image) -> bool:
    """Tell whether two pictures of a page are the same to the eye."""
    return ImageStat.Stat(ImageChops.difference(page, kept)).mean[0] < _ALIKE


def _made(folder: Path) -> bytes:
    from tests.flows.test_issue_monthly_report import OCTOBER  # noqa: PLC0415

    audit.TRAIL.use(b"an audit key that tests may know")
    migrate.upgrade(f"sqlite:///{folder / 'desk.db'}")
    database = Database(f"sqlite:///{folder / 'desk.db'}")
    desk = a_month(folder, database)
    issued = flow.issue(desk, OCTOBER, by="lead", at=NOW)
    database.dispose()
    return desk.store.get(issued.pdf_sha256 or "")


def main() -> None:
    """Keep the month, or with -o FILE only write it to look at."""
    with tempfile.TemporaryDirectory() as folder:
        made = _made(Path(folder))
        if sys.argv[1:2] == ["-o"]:
            Path(sys.argv[2]).write_bytes(made)
            return
        WORDS.write_text(words(made), "utf-8")
        drawn = pictures(made, Path(folder), dpi=DPI)
        side_by_side(drawn).save(PICTURE, optimize=True)


if __name__ == "__main__":
    main()
