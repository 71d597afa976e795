"""A program whose faces are missing or damaged says so, and prints nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess  # noqa: TID251 - a copy of our own program, without its faces
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRINT = """
import sys
from pathlib import Path
from reports.fonts import Incomplete, missing
from reports.page import render
from reports.pdf import Unprintable, render_apart
from tests.factories.reports import every_block, short_report
print("missing:", *missing())
try:
    html = render(short_report(*every_block(sys.argv[1])))
    print(render_apart(html, cache=Path(sys.argv[2]))[:5])
except (Incomplete, Unprintable) as told:
    print("told:", told)
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """Give a copy of the printing program, whose files a test may spoil."""
    shutil.copytree(ROOT / "reports", tmp_path / "reports")
    return tmp_path


def printed(program: Path, said: str) -> str:
    """Print with the copy, and return what it told."""
    ended = subprocess.run(
        [sys.executable, "-c", PRINT, said, str(program / "cache")],
        capture_output=True,
        timeout=60,
        check=True,
        cwd=program,
        env={**os.environ, "PYTHONPATH": f"{program}{os.pathsep}{ROOT}"},
    )
    return ended.stdout.decode()


def remove(path: Path) -> None:
    path.unlink()


def spoil(path: Path) -> None:
    path.write_bytes(b"not a font")


@pytest.mark.pdf
@pytest.mark.parametrize("harm", [remove, spoil])
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("NotoSansSC-Regular.ttf", "巡检"),
        ("NotoSansSC-Bold.ttf", "巡检"),
        ("NotoSansSC-Wide.ttf.xz", "𠮷"),
    ],
)
def test_the_missing_face_is_named_and_nothing_is_printed(
    program: Path, harm: Callable[[Path], None], name: str, said: str
) -> None:
    harm(program / "reports" / "fonts" / name)
    told = printed(program, said)
    assert f"the bundled face {name} is missing or damaged" in told
    assert "install opsdesk again" in told
    assert "%PDF" not in told


def test_the_check_before_work_names_every_missing_face(program: Path) -> None:
    for name in ("NotoSansSC-Bold.ttf", "NotoSansHK-Rare.ttf.xz"):
        (program / "reports" / "fonts" / name).unlink()
    said = printed(program, "巡检").splitlines()[0]
    assert said == "missing: NotoSansSC-Bold.ttf NotoSansHK-Rare.ttf.xz"
