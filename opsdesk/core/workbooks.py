"""`python -m opsdesk.core.workbooks`: a workbook on standard input, its rows out as JSON.

A workbook of five kilobytes can claim a cell in the last column of the last row, and a
reader that believes it asks for half a terabyte and is ended, with all that runs beside
it. So a child process reads, bounded in memory and time.
"""

from __future__ import annotations

import io
import json
import os
import resource
import signal
import subprocess  # noqa: TID251 - our own interpreter, no command of a server
import sys
import tempfile
from datetime import date, datetime, time
from pathlib import Path

SECONDS, MEMORY_MIB, OUTPUT_MIB = 30, 1024, 64
_ROOT = str(Path(__file__).resolve().parents[2])
_OVER = frozenset({-signal.SIGXCPU, -signal.SIGKILL, -signal.SIGXFSZ, -signal.SIGABRT})


class TooLarge(Exception):
    """The workbook wants more memory, time or room than it is given."""


class Unreadable(Exception):
    """The file is no workbook, and why."""


def rows_apart(content: bytes, most: int) -> list[list[object]]:
    """Return the rows of the first sheet that holds anything, no more than `most`.

    An empty workbook gives no rows. Raises TooLarge, Unreadable.
    """
    command = [sys.executable, "-m", "opsdesk.core.workbooks", str(most)]
    with tempfile.TemporaryFile() as said:
        try:
            child = subprocess.run(  # noqa: S603 - a constant command, bytes on stdin
                command,
                input=content,
                stdout=said,
                stderr=subprocess.DEVNULL,
                timeout=SECONDS,
                check=False,
                cwd="/",
                env=_environment(),
            )
        except subprocess.TimeoutExpired as late:
            raise TooLarge from late
        if child.returncode in _OVER:
            raise TooLarge
        said.seek(0)
        heard = said.read()
    if child.returncode:
        raise Unreadable(f"exit {child.returncode}")
    return _answer(json.loads(heard))


def _environment() -> dict[str, str]:
    """Return nothing but where the packages are: no password of ours goes along."""
    paths = [_ROOT, *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    return {"PYTHONPATH": os.pathsep.join(filter(None, paths)), "LC_ALL": "C.UTF-8"}


def _answer(heard: dict[str, object]) -> list[list[object]]:
    rows, why = heard.get("rows"), heard.get("why")
    if isinstance(rows, list):
        return rows
    if why == "memory":
        raise TooLarge
    raise Unreadable(str(why))


def _rows(content: bytes, most: int) -> list[list[object]]:
    import python_calamine  # noqa: PLC0415 - in the child only

    with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        for title in book.sheet_names:
            sheet = book.get_sheet_by_name(title)
            rows = sheet.to_python(skip_empty_area=False, nrows=most)
            if any(cell not in {"", None} for row in rows for cell in row):
                return [list(row) for row in rows]
    return []


def as_text(cell: object) -> str:
    """Return a cell's text: whole numbers without a point, moments in ISO 8601."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, date):
        return _day(cell)
    return str(cell)


def _day(cell: date) -> str:
    if not isinstance(cell, datetime):
        return cell.isoformat()
    if cell.time() == time() and cell.tzinfo is None:  # how a workbook says a date
        return cell.date().isoformat()
    return cell.isoformat(" ", "seconds")


def _confine() -> None:
    memory, output = MEMORY_MIB << 20, OUTPUT_MIB << 20
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (output, output))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Read within bounds, say what was found."""
    _confine()
    try:
        rows = _rows(sys.stdin.buffer.read(), int(sys.argv[1]))
        told: dict[str, object] = {"rows": [[as_text(one) for one in r] for r in rows]}
    except MemoryError:
        told = {"why": "memory"}
    except Exception as error:  # noqa: BLE001 - whatever a hostile file brings about
        told = {"why": str(error)[:200]}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
