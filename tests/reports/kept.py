"""What is kept of every official form: its words, and its pages as one small picture.

    python -m tests.reports.kept [NAME …]

prints the forms again and keeps what they are now; look at them first.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from reports.documents.forms.catalogue import FORMS
from reports.documents.record_form import RecordForm
from tests.factories.forms import empty_form, form_sample, long_form
from tests.factories.papers import pages, pictures, rendered

FOLDER = Path(__file__).parent / "golden" / "forms"
VARIANTS: dict[str, tuple[Callable[[str], RecordForm], int]] = {
    "typical": (form_sample, 40),
    "empty": (empty_form, 30),
    "long": (long_form, 16),
}
"""Each with the resolution of its picture, in dots per inch."""
_ACROSS, _GREYS, _LINE = 4, 16, 60


def words(pdf: bytes, variant: str) -> str:
    """Return the text of every page; of a long form only where its pages begin and end.

    That nothing of a long text is lost, another test asserts.
    """
    told = []
    for number, page in enumerate(pages(pdf), start=1):
        told.append(f"-- {number}")
        lines = [page[at : at + _LINE] for at in range(0, len(page), _LINE)]
        if variant == "long":
            lines = [page[:_LINE], page[_LINE:-_LINE][-_LINE:], page[-_LINE:]]
        told.extend(lines)
    return "\n".join(told) + "\n"


def picture(pdf: bytes, variant: str, folder: Path) -> Image.Image:
    """Return all pages side by side, in a few greys."""
    drawn = pictures(pdf, folder, dpi=VARIANTS[variant][1])
    width, height = drawn[0].size
    rows = -(-len(drawn) // _ACROSS)
    whole = Image.new("L", (width * min(len(drawn), _ACROSS), height * rows), 255)
    for place, page in enumerate(drawn):
        whole.paste(page, (place % _ACROSS * width, place // _ACROSS * height))
    return whole.quantize(_GREYS)


def keep(name: str, cache: Path) -> None:
    """Print a form in every variant, and keep its words and its picture."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for variant, (made, _) in VARIANTS.items():
        pdf = rendered(made(name), "zh", cache)
        target = FOLDER / f"{name}-{variant}.txt"
        target.write_text(words(pdf, variant), "utf-8")
        with tempfile.TemporaryDirectory() as folder:
            drawn = picture(pdf, variant, Path(folder))
            drawn.save(target.with_suffix(".png"), optimize=True)


def main() -> None:
    """Keep the forms named, or all of them."""
    with tempfile.TemporaryDirectory() as cache:
        for name in sys.argv[1:] or FORMS:
            keep(name, Path(cache))


if __name__ == "__main__":
    main()
