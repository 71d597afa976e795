"""Makes the pictures of the docs by the program itself: demo data, browser, paper.

Needs what the tests need (Chromium, pdftoppm). The pictures land in docs/pictures.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlparse

from playwright.sync_api import FloatRect, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "pictures"
PASSWORD = "Shown-in-pictures-1"  # noqa: S105 - of a demonstration that lives a minute
COMMAND = [sys.executable, "-c", "from opsdesk.cli import main; main()"]
BROWSER = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
RIGHT = FloatRect(x=820, y=0, width=460, height=340)
WIDE, PHONE, WALL = (1280, 800), (390, 780), (1920, 1080)

FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
</fontconfig>
"""


def opsdesk(*words: str) -> str:
    """Run a command of the desk and return what it said."""
    done = subprocess.run(
        [*COMMAND, *words], capture_output=True, text=True, cwd=ROOT, check=True
    )
    return done.stdout


@contextmanager
def served(config: Path) -> Iterator[str]:
    """Serve a desk until the block ends; gives its address."""
    child = subprocess.Popen(
        [*COMMAND, "serve", "--config", str(config)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    address = "http://127.0.0.1:8610"
    try:
        for _ in range(150):
            try:
                urllib.request.urlopen(f"{address}/healthz", timeout=2).close()  # noqa: S310
                break
            except OSError:  # not yet
                time.sleep(0.2)
        yield address
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(30)


def sign_in(page: Page, address: str, one_time: str) -> None:
    """Sign in as the lead and change the first password."""
    for password in (one_time, PASSWORD):
        page.goto(f"{address}/sign-in")
        page.fill("input[name=username]", "lead")
        page.fill("input[name=password]", password)
        page.click("main button")
        if page.url.endswith("/me/password"):
            page.fill("input[name=present]", password)
            page.fill("input[name=new]", PASSWORD)
            page.fill("input[name=again]", PASSWORD)
            page.click("main button")


Shot = Callable[..., None]
"""Takes a picture: its name, the path of the page, and the size of the window."""


def shots(page: Page, address: str) -> None:
    """Take every picture of a screen."""

    def shot(
        name: str, path: str, size: tuple[int, int] = WIDE, *, seen: str = ""
    ) -> None:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.goto(address + path)
        page.wait_for_timeout(600)
        if seen:
            page.locator(seen).evaluate(
                'one => one.scrollIntoView({behavior: "instant"})'
            )
        page.screenshot(path=str(TARGET / f"{name}.png"), clip=RIGHT if seen else None)

    shot("board", "/board")
    page.goto(f"{address}/rounds")
    busy = page.locator("tr", has_text=re.compile("台异常")).first
    number = busy.locator("a").first.inner_text()
    shot("round", f"/rounds/{number}", (1280, 900))
    shot("server", "/servers/filing-2", (1280, 900))
    shot("records", "/records", (1280, 620))
    desk_shots(page, shot)
    shot("phone", "/board", PHONE)
    shot("wall", "/board?wall=1", WALL)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{address}/board")
    page.click("button[name=theme][value=dark]")
    shot("board-dark", "/board")
    page.click("button[name=theme][value=light]")
    page.click("button[name=language][value=en]")
    shot("board-en", "/board")
    shot("round-en", f"/rounds/{number}", (1280, 900))
    desk_shots(page, shot, "-en")
    page.goto(f"{address}/board")
    page.click("button[name=language][value=zh_CN]")


def desk_shots(page: Page, shot: Shot, suffix: str = "") -> None:
    """Take the pictures of the registers, the library and the roster."""
    shot(f"incidents{suffix}", "/incidents?scope=all", (1280, 760))
    over = page.locator("tr", has_text="报表不一致").first
    number = over.locator("a").first.inner_text()
    shot(f"incident{suffix}", f"/incidents/{number}", (1280, 1000))
    shot(f"changes{suffix}", "/changes?scope=all", (1280, 620))
    waiting = page.locator("tr", has_text="监测主库参数").first
    number = waiting.locator("a").first.inner_text()
    shot(f"change{suffix}", f"/changes/{number}", (1280, 800), seen="#approvals")
    shot(f"roster{suffix}", "/roster", (1280, 900))
    shot(f"library{suffix}", "/assets", (1280, 760))
    page.locator("tr", has_text="监测主库").first.locator("a").first.click()
    page.wait_for_load_state()
    shot(f"item{suffix}", urlparse(page.url).path, (1280, 900))
    shot(f"statistics{suffix}", "/statistics", (1280, 900))


def form(page: Page, address: str, folder: Path) -> None:
    """Render the first page of an issued application for a change."""
    page.goto(f"{address}/changes?scope=closed")
    done = page.locator("tr", has_text="2.7.4").first
    done.locator("a").first.click()
    issued = page.locator('a[href*="/papers/archived/"][href*=".pdf"]').first
    answer = page.context.request.get(address + str(issued.get_attribute("href")))
    (folder / "form.pdf").write_bytes(answer.body())
    rendered(folder, "form")
    first = min(folder.glob("form-*.png"))
    (TARGET / "form-change.png").write_bytes(first.read_bytes())


def rendered(folder: Path, name: str) -> None:
    """Draw the pages of a paper."""
    pdf = str(folder / f"{name}.pdf")
    words = ["pdftoppm", "-r", "75", "-png", pdf, str(folder / name)]
    subprocess.run(words, check=True)


def paper(config: Path, folder: Path) -> None:
    """Render the first and the last page of yesterday's record."""
    pdf = folder / "record.pdf"
    opsdesk("report", "daily", "yesterday", "-o", str(pdf), "--config", str(config))
    rendered(folder, "record")
    pages = sorted(folder.glob("record-*.png"))
    (TARGET / "record-first.png").write_bytes(pages[0].read_bytes())
    (TARGET / "record-last.png").write_bytes(pages[-1].read_bytes())


def shrink() -> None:
    """Bring every picture to a palette; the desk has few colours."""
    from PIL import Image  # noqa: PLC0415 - comes with the paper's libraries

    for path in TARGET.glob("*.png"):
        with Image.open(path) as image:
            small = image.convert("RGB").quantize(128)
        small.save(path, optimize=True)


def main() -> int:
    """Make them all anew."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="opsdesk-pictures-") as name:
        folder = Path(name)
        (folder / "fonts.conf").write_text(
            FONTS.format(fonts=ROOT / "reports" / "fonts", cache=folder / "cache")
        )
        said = opsdesk("demo", "--data", str(folder / "demo"))
        one_time = re.findall(r"(?:password|口令)\s+([A-Za-z0-9]{8,})", said)[0]
        config = folder / "demo" / "config.yaml"
        paper(config, folder)
        environ: dict[str, str | float | bool] = {
            **os.environ,
            "FONTCONFIG_FILE": str(folder / "fonts.conf"),
        }
        with served(config) as address, sync_playwright() as play:
            browser = play.chromium.launch(
                executable_path="/usr/bin/chromium", args=BROWSER, env=environ
            )
            page = browser.new_context(locale="zh-CN").new_page()
            sign_in(page, address, one_time)
            shots(page, address)
            form(page, address, folder)
            browser.close()
    shrink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
