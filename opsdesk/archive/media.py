"""What a file is, by its content; its name and the browser's word are not believed."""

from __future__ import annotations

import io
import zipfile

PDF = "application/pdf"
_OFFICE = "application/vnd.openxmlformats-officedocument"
DOCX = f"{_OFFICE}.wordprocessingml.document"
XLSX = f"{_OFFICE}.spreadsheetml.sheet"
TEXT = "text/plain"
OCTETS = "application/octet-stream"
PICTURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
_PARTS = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}
_LOOKED_AT = 4096
_PDF_WITHIN = 1024


def sniffed(content: bytes) -> str:
    """Return the media type that a file's bytes show; what is unknown is just bytes."""
    head = content[:_LOOKED_AT]
    if b"%PDF-" in head[:_PDF_WITHIN]:
        return PDF
    if head.startswith(b"PK\x03\x04"):
        return _packed(content)
    for start, media_type in PICTURES.items():
        if head.startswith(start):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return TEXT if is_text(content) else OCTETS


def is_text(content: bytes) -> bool:
    """Tell whether bytes read as text in one of the encodings people use here."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decodes(content, "utf-16")
    if b"\0" in content:
        return False
    return _decodes(content, "utf-8") or _decodes(content, "gb18030")


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _packed(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = frozenset(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return OCTETS
    return next((media for part, media in _PARTS.items() if part in names), OCTETS)
