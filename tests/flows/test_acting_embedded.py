"""A backup of an SQLite database, such as the desk's own, restored and verified."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from opsdesk.flows.acting import Answer, carry_out
from runbooks.plan import Action
from tests.flows.acting_lab import settings_with

LIMIT = timedelta(seconds=60)
ASKED = {"backup": "ops", "target": "drill"}


def sqlite_lab(folder: Path) -> Callable[[Action], Answer]:
    (folder / "backups").mkdir()
    (folder / "scratch").mkdir()
    with closing(sqlite3.connect(folder / "backups" / "desk.sqlite3")) as base:
        base.execute("CREATE TABLE ticket (id int)")
        base.executemany("INSERT INTO ticket VALUES (?)", [(n,) for n in range(2000)])
        base.commit()
    known = settings_with(
        folder / "desk",
        backups={"ops": {"engine": "sqlite", "files": f"{folder}/backups/*.sqlite3"}},
        scratch_targets={"drill": {"engine": "sqlite", "folder": f"{folder}/scratch"}},
    )
    return lambda action: carry_out(known, action, ASKED, limit=LIMIT)


def test_a_backup_of_the_desk_itself_is_restored_and_verified(tmp_path: Path) -> None:
    do = sqlite_lab(tmp_path)

    assert do(Action.RESTORE_VERIFY).figures == {"outcome": "not-restored"}
    assert do(Action.RESTORE_RUN).done
    found = do(Action.RESTORE_VERIFY)
    assert (found.figures["verdict"], found.figures["rows"]) == ("pass", "2000")


def test_a_restored_desk_with_a_damaged_page_fails(tmp_path: Path) -> None:
    do = sqlite_lab(tmp_path)
    do(Action.RESTORE_RUN)
    copy = tmp_path / "scratch" / "restored.sqlite3"
    body = bytearray(copy.read_bytes())
    body[5000:9000] = b"\xff" * 4000
    copy.write_bytes(body)

    assert do(Action.RESTORE_VERIFY).figures["verdict"] == "fail"


def test_a_folder_with_something_else_in_it_is_refused(tmp_path: Path) -> None:
    do = sqlite_lab(tmp_path)
    (tmp_path / "scratch" / "precious").write_text("x")

    assert do(Action.RESTORE_RUN).figures == {"outcome": "not-empty"}
    assert not (tmp_path / "scratch" / "restored.sqlite3").exists()
