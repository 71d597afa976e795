"""Papers for tests: samples, rendered, and read back as text and as pictures."""

from __future__ import annotations

import io
import shutil
import subprocess  # noqa: TID251 - poppler draws what we printed
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from reports.__main__ import sample
from reports.documents.freezing import Document
from reports.page import render
from reports.pdf import render_apart

__all__ = ["pages", "pictures", "rendered", "sample", "text"]


def rendered(record: Document, language: str, cache: Path) -> bytes:
    return render_apart(render(record, language), cache=cache)


def pages(pdf: bytes) -> list[str]:
    """Return each page's text, without line breaks and spaces."""
    found = PdfReader(io.BytesIO(pdf)).pages
    return ["".join(page.extract_text().split()) for page in found]


def text(pdf: bytes) -> str:
    return "".join(pages(pdf))


def pictures(pdf: bytes, folder: Path, *, dpi: int = 50) -> list[Image.Image]:
    """Return each page as a grey picture, drawn by poppler."""
    tool = shutil.which("pdftoppm")
    if tool is None:
        pytest.skip("pdftoppm is missing: install poppler-utils to look at the paper")
    path = folder / "paper.pdf"
    path.write_bytes(pdf)
    command = [tool, "-r", str(dpi), "-gray", "-png", str(path), str(folder / "page")]
    subprocess.run(command, check=True, timeout=60)
    return [Image.open(file).convert("L") for file in sorted(folder.glob("page*.png"))]
