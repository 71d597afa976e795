"""What the bench says of a command is what the command used."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench import meter

BUSY = "held = bytearray(64 << 20); sum(range(10_000_000))"


def measured(tmp_path: Path, mode: str, *words: str) -> dict[str, Any]:
    result = tmp_path / "result"
    command = [sys.executable, "-I", meter.__file__, str(result), mode, *words]
    subprocess.run(command, check=True, timeout=120)
    found: dict[str, Any] = json.loads(result.read_text())
    return found


def test_the_work_of_grandchildren_is_counted(tmp_path: Path) -> None:
    python = f"{sys.executable} -I -c '{BUSY}'"
    idle = measured(tmp_path, "time", "sh", "-c", "true")
    busy = measured(tmp_path, "time", "sh", "-c", f'sh -c "{python}"; true')
    assert busy["cpu"] > idle["cpu"]
    assert busy["rss_kib"] >= 64 << 10
    assert idle["rss_kib"] < 64 << 10


def test_what_a_command_leaves_in_the_background_is_ended(tmp_path: Path) -> None:
    left = tmp_path / "left"
    line = f"setsid sh -c 'echo $$ >{left}; exec sleep 600' & sleep 1"
    measured(tmp_path, "time", "sh", "-c", line)
    assert not Path(f"/proc/{left.read_text().strip()}").exists()


def test_memory_is_that_of_the_whole_family(tmp_path: Path) -> None:
    hold = "x = bytearray(64 << 20); import time; time.sleep(1)"
    found = measured(tmp_path, "memory", "sh", "-c", f"{sys.executable} -Ic '{hold}'")
    assert found["pss_kib"] >= 64 << 10
