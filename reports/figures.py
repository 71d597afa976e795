"""Drawings on paper: the QR code that leads back to the record."""

from __future__ import annotations

import io

_MODULE = 8  # pixels of one module in a picture


def qr_svg(address: str) -> str:
    """Return a QR code as inline SVG without a size of its own."""
    drawn: str = _code(address).svg_inline(border=1, omitsize=True, svgclass=None)
    return drawn


def qr_png(address: str) -> bytes:
    """Return the same code as a picture, for a Word file."""
    kept = io.BytesIO()
    _code(address).save(kept, kind="png", scale=_MODULE, border=1)
    return kept.getvalue()


def _code(address: str):  # type: ignore[no-untyped-def]
    import segno  # noqa: PLC0415 - when a code is asked for

    return segno.make(address, error="m", micro=False)
