"""The renderer works in a process of its own, within bounds, without a network."""

from __future__ import annotations

import os
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from reports.pdf import Unprintable, render_apart

pytestmark = pytest.mark.pdf


def test_a_page_becomes_a_pdf(font_cache: Path) -> None:
    made = render_apart("<p>巡检</p>", cache=font_cache)
    assert made.startswith(b"%PDF-")


def test_a_rendering_that_takes_too_long_is_ended_and_says_so(font_cache: Path) -> None:
    rows = "<tr><td>1</td></tr>" * 20_000
    with pytest.raises(Unprintable) as refusal:
        render_apart(f"<table>{rows}</table>", cache=font_cache, seconds=2)
    assert refusal.value.reason


def test_a_rendering_that_grows_too_large_is_ended_and_says_so(
    font_cache: Path,
) -> None:
    rows = "<tr><td>1</td></tr>" * 20_000
    with pytest.raises(Unprintable):
        render_apart(f"<table>{rows}</table>", cache=font_cache, memory_mib=160)


def test_no_page_can_reach_a_server_or_a_file(font_cache: Path, tmp_path: Path) -> None:
    asked: list[str] = []

    class Web(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

    secret = tmp_path / "secret.svg"
    secret.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    with HTTPServer(("127.0.0.1", 0), Web) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        web = f"http://127.0.0.1:{server.server_port}/x.png"
        for source in (web, secret.as_uri()):
            with pytest.raises(Unprintable, match="paper fetches nothing"):
                render_apart(f"<img src='{source}'>", cache=font_cache)
        server.shutdown()
    assert asked == []


def test_the_network_is_closed_even_to_the_code_that_renders(font_cache: Path) -> None:
    """A fetcher is one lock; the interpreter's own hook is the second."""
    import subprocess  # noqa: PLC0415, TID251 - our own interpreter
    import sys  # noqa: PLC0415

    code = (
        "import socket; from reports.pdf import _confine; _confine(5, 512)\n"
        "socket.create_connection(('127.0.0.1', 9))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        timeout=30,
        check=False,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert b"is not for a renderer" in ended.stderr
