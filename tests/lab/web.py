"""A real nginx with pages and certificates of every age."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.lab.authority import Paper, issue, write
from tests.lab.process import accepts, daemon, folder, free_port, program

AT = datetime.now(UTC)
DAYS = {"fresh": 90.5, "month": 29.5, "fortnight": 13.5, "week": 6.5, "eve": 0.5}

_HEAD = """
daemon off;
master_process off;
pid {home}/pid;
error_log {home}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log off;
  charset off;
  ssl_protocols TLSv1.2 TLSv1.3;
  client_body_temp_path {home}/body;
  proxy_temp_path {home}/proxy;
  fastcgi_temp_path {home}/fastcgi;
  uwsgi_temp_path {home}/uwsgi;
  scgi_temp_path {home}/scgi;
  server {{
    listen 127.0.0.1:{http};
    root {home}/pages;
    default_type text/html;
    location = /moved {{ return 301 /index.html; }}
    location = /away {{ return 302 http://elsewhere.invalid/; }}
    location = /loop {{ return 302 /loop; }}
    location = /broken {{ return 503 "busy"; }}
    location = /cookie {{ add_header Set-Cookie "sid=very-secret; Path=/"; return 204; }}
  }}
"""
_SECURE = """
  server {{
    listen 127.0.0.1:{port} ssl;
    server_name {name};
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    {more}
    location / {{ return 200 "{name}"; }}
  }}
"""
_OLD = "ssl_protocols TLSv1; ssl_ciphers ALL:@SECLEVEL=0;"


@dataclass(frozen=True, slots=True)
class Site:
    """A running nginx; `ca_file` vouches for all but the self-signed host."""

    http: int
    https: int  # by SNI: fresh.test month.test fortnight.test week.test eve.test …
    old: int  # speaks TLS 1.0 alone
    ca_file: Path
    home: Path

    def url(self, path: str = "/index.html") -> str:
        return f"http://127.0.0.1:{self.http}{path}"


@contextmanager
def nginx() -> Iterator[Site]:
    """Run the site."""
    server = program("nginx", "nginx")
    with folder("nginx") as home:
        site = Site(free_port(), free_port(), free_port(), home / "ca.pem", home)
        _pages(home / "pages")
        settings = home / "nginx.conf"
        settings.write_text(_settings(site))
        line = [server, "-p", str(home), "-c", str(settings), "-e", f"{home}/start.log"]
        with daemon(line, lambda: accepts(site.https), log=home / "log"):
            yield site


def _pages(folder: Path) -> None:
    folder.mkdir()
    (folder / "index.html").write_text("<h1>信息发布平台</h1>", "utf-8")
    (folder / "gbk.html").write_bytes("<h1>信息发布平台</h1>".encode("gb18030"))
    (folder / "long.html").write_text("x" + "信息发布平台" * 70000, "utf-8")
    (folder / "large.bin").write_bytes(b"0123456789abcdef" * 131072)  # 2 MiB


def _settings(site: Site) -> str:
    root = issue("Test Root", at=AT, days=3000, authority=True)
    middle = issue("Test Intermediate", by=root, at=AT, days=2000, authority=True)
    ending = issue("Ending Intermediate", by=root, at=AT, days=2.5, authority=True)
    site.ca_file.write_bytes(root.pem)
    hosts = {
        name: [_leaf(f"{name}.test", middle, days), middle]
        for name, days in DAYS.items()
    }
    hosts["expired"] = [_leaf("expired.test", middle, -3), middle]
    hosts["ending"] = [_leaf("ending.test", ending, 90), ending]
    hosts["alone"] = [_leaf("alone.test", middle, 90)]
    hosts["self"] = [issue("self.test", at=AT, days=90, names=("self.test",))]
    small = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    hosts["small"] = [_leaf("small.test", middle, 90, key=small), middle]
    blocks = [_HEAD.format(home=site.home, http=site.http)]
    for name, chain in hosts.items():
        more = "ssl_ciphers ALL:@SECLEVEL=0;"
        blocks.append(_block(site.home, site.https, f"{name}.test", chain, more))
    blocks.append(_block(site.home, site.old, "old.test", hosts["fresh"], _OLD))
    return "".join(blocks) + "}\n"


def _leaf(
    name: str, by: Paper, days: float, key: rsa.RSAPrivateKey | None = None
) -> Paper:
    return issue(name, by=by, at=AT, days=days, names=(name, "127.0.0.1"), key=key)


def _block(home: Path, port: int, name: str, chain: list[Paper], more: str) -> str:
    certificate, key = write(home, name, chain)
    return _SECURE.format(
        port=port, name=name, certificate=certificate, key=key, more=more
    )


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """Start one nginx for this worker's tests."""
    with nginx() as running:
        yield running
