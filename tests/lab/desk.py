"""A real desk for tests: its own data folder, run as the commands a person types."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import yaml

from tests.lab.process import PATIENCE, free_port

ROOT = Path(__file__).resolve().parents[2]
COMMAND = "from opsdesk.cli import main; main()"


@dataclass(frozen=True, slots=True)
class Place:
    """A configuration and its data folder."""

    config: Path
    port: int

    @property
    def data(self) -> Path:
        return self.config.parent / "var"

    def words(self, *words: str) -> list[str]:
        """Return the words that run `opsdesk …` with this configuration."""
        return [sys.executable, "-c", COMMAND, *words, "--config", str(self.config)]

    def run(self, *words: str, status: int | None = 0) -> str:
        """Run a command to its end; returns both streams. `status` None: any."""
        done = subprocess.run(
            self.words(*words),
            capture_output=True,
            timeout=PATIENCE * 2,
            check=False,
            cwd=ROOT,
            env=environ(),
        )
        said = (done.stdout + done.stderr).decode(errors="replace")
        assert status is None or done.returncode == status, said
        return said

    @contextmanager
    def running(self, *words: str) -> Iterator[subprocess.Popen[bytes]]:
        """Run a command until the block ends."""
        with self._started(self.words(*words)) as child:
            yield child

    @contextmanager
    def scheduler(self) -> Iterator[subprocess.Popen[bytes]]:
        """Run the scheduler process until the block ends."""
        words = [sys.executable, "-m", "opsdesk.scheduler", str(self.config)]
        with self._started(words) as child:
            yield child

    @contextmanager
    def _started(self, words: list[str]) -> Iterator[subprocess.Popen[bytes]]:
        with (self.config.parent / "out").open("ab") as out:
            child = subprocess.Popen(
                words, stdout=out, stderr=subprocess.STDOUT, cwd=ROOT, env=environ()
            )
        try:
            yield child
        finally:
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
                child.wait(PATIENCE)

    def output(self) -> str:
        """Return what the running commands have said so far."""
        return (self.config.parent / "out").read_text(errors="replace")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the desk's database, read-only, as any outsider could."""
        said = yaml.safe_load(self.config.read_text(encoding="utf-8"))
        if url := (said.get("database") or {}).get("url"):
            with psycopg.connect(url.replace("+psycopg", "")) as link:
                return link.execute(query.encode()).fetchall()
        path = next(self.data.glob("*.sqlite3"))
        address = f"file:{path}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=30)) as base:
            return base.execute(query).fetchall()


def environ() -> dict[str, str]:
    """Return an environment without what a developer's shell may have set."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("OPSDESK_")}
    return {**kept, "OPSDESK_LANGUAGE": "zh_CN"}


def place(folder: Path, **more: Any) -> Place:
    """Write a configuration (servers, inspections …) and make its desk ready."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    document: dict[str, Any] = {
        "desk": {"name": "试验台", "listen": f"127.0.0.1:{port}", "data": "var"},
        # Slots far from now are nobody's concern in a test.
        **more,
    }
    config = folder / "config.yaml"
    config.write_text(yaml.safe_dump(document, allow_unicode=True))
    made = Place(config, port)
    made.run("init")
    return made


def local(name: str, **more: Any) -> Mapping[str, Any]:
    """Return a server that is this very machine."""
    return {
        "name": name,
        "kind": "other",
        "zone": "lab",
        "address": "127.0.0.1",
        "transport": "local",
        **more,
    }


def until(true: Callable[[], Any], what: str, *, seconds: float = PATIENCE) -> Any:
    """Wait for something to become true, and return it; say what never did."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = true()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"never happened within {seconds} s: {what}")
