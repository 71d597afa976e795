"""HTML to PDF: bundled faces only, nothing fetched, and apart from the desk."""

from __future__ import annotations

import gc
import hashlib
import os
import re
import resource
import subprocess  # noqa: TID251 - our own interpreter, no command of a server
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports.fonts import Face, characters, everyday, faces

if TYPE_CHECKING:
    from collections.abc import Iterable

_MIB = 1024 * 1024
_SCHEME = "face"
DATA = "report.json"
"""What the data of a report is called inside its PDF."""
_CREATED = re.compile(r'name="dcterms.created" content="([^"]+)"')
_FORBIDDEN = frozenset({"socket.connect", "socket.getaddrinfo", "subprocess.Popen"})


class Unprintable(Exception):
    """No PDF was made and nothing was kept; `reason` is one technical line."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def pdf(html: str, *, cache: Path, data: bytes = b"") -> bytes:
    """Return the page as PDF, set in the bundled faces; `cache` holds the wide one.

    A character that none of them has is printed as 〓 and its code, never as a box.
    With `data`, the JSON it was made of, it is tagged PDF/A-3 with that attached.
    """
    from weasyprint import CSS, HTML  # noqa: PLC0415 - half a second to import
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415

    chosen = everyday()
    rare = {char for char in set(html) if not char.isspace()} - characters(chosen)
    if rare:
        chosen = faces(cache)
        html = _legible(html, rare - characters(chosen))
    fetcher, configuration = _fetcher(chosen), FontConfiguration()
    style = CSS(
        string=_declared(chosen), font_config=configuration, url_fetcher=fetcher
    )
    page = HTML(string=html, base_url=None, url_fetcher=fetcher)
    made: bytes = page.write_pdf(
        stylesheets=[style],
        font_config=configuration,
        **(_to_keep(html, data, fetcher) if data else {}),
    )
    return made


def _to_keep(html: str, data: bytes, fetcher: Any) -> dict[str, Any]:
    """Return what makes a paper one for the archive; its dates are the page's own."""
    from weasyprint import Attachment  # noqa: PLC0415 - see pdf

    said = _CREATED.search(html)
    at = datetime.fromisoformat(said[1]) if said else datetime(1970, 1, 1, tzinfo=UTC)
    attached = Attachment(
        string=data,
        name=DATA,
        description="The report's content as JSON",
        relationship="Source",
        created=at,
        modified=at,
        url_fetcher=fetcher,
    )
    identity = hashlib.sha256(html.encode("utf-8", "replace")).hexdigest()[:32].encode()
    return {
        "attachments": [attached],
        "pdf_variant": "pdf/a-3b",
        "pdf_tags": True,
        "pdf_identifier": identity,
    }


def render_apart(
    html: str,
    *,
    cache: Path,
    seconds: int = 60,
    memory_mib: int = 1024,
    data: bytes = b"",
) -> bytes:
    """Return the PDF, made by a child process that may not outgrow its bounds.

    The child has no network and no more than `seconds` and `memory_mib` of address
    space. Raises Unprintable when it fails, is too slow or too large.
    """
    command = [sys.executable, "-m", __name__, str(cache), str(seconds)]
    given = html.encode("utf-8", "backslashreplace")
    try:
        child = subprocess.run(  # noqa: S603 - a constant command, HTML on stdin
            [*command, str(memory_mib), str(len(given))],
            input=given + data,
            capture_output=True,
            timeout=seconds,
            check=False,
            env=_environment(),
        )
    except subprocess.TimeoutExpired as error:
        raise Unprintable(f"rendering took more than {seconds} s") from error
    if child.returncode or not child.stdout.startswith(b"%PDF-"):
        raise Unprintable(_last_line(child.stderr, child.returncode))
    return child.stdout


def _environment() -> dict[str, str]:
    """Let the child find the same packages, however the parent found them."""
    root = str(Path(__file__).resolve().parents[1])
    paths = [root, *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


def _last_line(stderr: bytes, status: int) -> str:
    lines = stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:300] if lines else f"the renderer ended with status {status}"


def _legible(html: str, missing: set[str]) -> str:
    return html.translate({ord(char): f"〓U+{ord(char):04X}" for char in missing})


def _declared(chosen: Iterable[Face]) -> str:
    return "\n".join(
        f'@font-face {{ font-family: "{face.family}"; font-weight: {face.weight}; '
        f"src: url({_SCHEME}:{number}); }}"
        for number, face in enumerate(chosen)
    )


def _fetcher(chosen: tuple[Face, ...]) -> Any:
    """Return a fetcher that knows the bundled faces and refuses everything else."""
    from weasyprint.urls import (  # noqa: PLC0415 - half a second to import
        FatalURLFetchingError,
        URLFetcher,
        URLFetcherResponse,
    )

    class Bundled(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: object = None) -> Any:  # noqa: ARG002
            scheme, _, number = url.partition(":")
            if scheme != _SCHEME or not number.isdigit():
                raise FatalURLFetchingError(f"paper fetches nothing: {url!r}")
            return URLFetcherResponse(url, chosen[int(number)].path.read_bytes())

    return Bundled()


def _confine(seconds: int, memory_mib: int) -> None:
    """Bound this process and take the network from it, for good."""
    memory = memory_mib * _MIB
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def refuse(event: str, _arguments: object) -> None:
        if event in _FORBIDDEN:
            raise PermissionError(f"{event} is not for a renderer")

    sys.addaudithook(refuse)


def _main() -> None:
    """Render one page and end: what it leaves behind is not looked for, see gc."""
    gc.disable()
    cache, seconds, memory_mib, length = sys.argv[1:]
    _confine(int(seconds), int(memory_mib))
    html = sys.stdin.buffer.read(int(length)).decode("utf-8")
    data = sys.stdin.buffer.read()
    sys.stdout.buffer.write(pdf(html, cache=Path(cache), data=data))


if __name__ == "__main__":
    _main()
