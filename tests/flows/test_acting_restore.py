"""A backup is restored and verified for real; what is damaged or wrong is refused."""

from __future__ import annotations

import json
import os
import subprocess  # noqa: TID251 - real dumps are made by the real program
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from opsdesk.flows.acting import Answer, carry_out
from runbooks.plan import Action
from tests.flows.acting_lab import settings_with
from tests.lab.desk import until
from tests.lab.postgres import Postgres
from tests.lab.process import program

LIMIT = timedelta(seconds=60)
ASKED = {"backup": "ops", "target": "drill"}
SCHEMA = """
CREATE TABLE enterprise (id int PRIMARY KEY, name text);
CREATE TABLE "Odd Name" (id int);
CREATE SCHEMA monitoring;
CREATE TABLE monitoring.reading (id serial PRIMARY KEY, at timestamptz, v float);
CREATE VIEW big AS SELECT * FROM enterprise WHERE id > 5;
INSERT INTO enterprise SELECT n, E'企业 \\\\ ' || n FROM generate_series(1, 500) n;
INSERT INTO monitoring.reading (at, v) SELECT now(), n FROM generate_series(1, 300) n;
"""


@dataclass(frozen=True, slots=True)
class Lab:
    """A source, its dump, and an empty database to rehearse in."""

    server: Postgres
    folder: Path
    source: str
    target: str

    @property
    def dump(self) -> Path:
        return self.folder / "ops.dump"

    def do(self, action: Action, *, limit: timedelta = LIMIT, **changes: Any) -> Answer:
        scratch = {
            "host": "127.0.0.1",
            "port": self.server.port,
            "user": "postgres",
            "database": self.target,
        }
        known = settings_with(
            self.folder / "desk",
            backups={
                "ops": {
                    "files": str(self.folder / "ops.*"),
                    "source": {"database": self.source},
                }
            }
            | changes.pop("backups", {}),
            scratch_targets={"drill": scratch | changes},
        )
        return carry_out(known, action, ASKED, limit=limit)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.server.dsn(self.target)) as link:
            return link.execute(sql.SQL(statement)).fetchall()

    def make(self, *how: str) -> None:
        words = [program("pg_dump", "postgresql-client"), *how, f"--file={self.dump}"]
        subprocess.run([*words, self.server.dsn(self.source)], check=True, timeout=60)


@pytest.fixture
def lab(tmp_path: Path, postgres_server: Postgres) -> Iterator[Lab]:
    target = f"drill_{os.getpid()}_{abs(hash(tmp_path)) % 10**8}"
    create = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(target))
    drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(target))
    with postgres_server.database() as source:
        with psycopg.connect(postgres_server.dsn(source), autocommit=True) as link:
            link.execute(SCHEMA.encode())
        postgres_server.execute(create)
        try:
            found = Lab(postgres_server, tmp_path, source, target)
            found.make("-Fc")
            yield found
        finally:
            postgres_server.execute(drop)


@pytest.mark.parametrize("how", ["-Fc", "-Ft", "-Fp"])
def test_a_backup_is_restored_and_every_row_of_it_verified(lab: Lab, how: str) -> None:
    lab.make(how)

    restored = lab.do(Action.RESTORE_RUN)
    verified = lab.do(Action.RESTORE_VERIFY)

    assert restored.done, restored.words
    assert restored.figures["restored"] == "yes"
    assert len(restored.figures["sha256"]) == 64
    assert verified.figures["verdict"] == "pass", verified.words
    assert verified.figures["tables"] == verified.figures["tables_ok"] == "3"
    assert verified.figures["rows"] == verified.figures["rows_restored"] == "800"
    assert json.loads(verified.raw)["backup"]["monitoring.reading"] == 300


def test_a_second_rehearsal_empties_what_the_first_left(lab: Lab) -> None:
    lab.do(Action.RESTORE_RUN)
    with psycopg.connect(lab.server.dsn(lab.target), autocommit=True) as link:
        link.execute("CREATE SCHEMA left_over")
    again = lab.do(Action.RESTORE_RUN)

    assert again.done, again.words
    assert lab.rows("SELECT 1 FROM pg_namespace WHERE nspname = 'left_over'") == []
    assert lab.do(Action.RESTORE_VERIFY).figures["verdict"] == "pass"


@pytest.fixture
def owner(lab: Lab) -> Iterator[str]:
    """Give the scratch database to an ordinary account, and take it away again."""
    name = f"{lab.target}_owner"
    role, base = sql.Identifier(name), sql.Identifier(lab.target)
    lab.server.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
    give = sql.SQL("ALTER DATABASE {} OWNER TO {}")
    lab.server.execute(give.format(base, role))
    yield name
    lab.server.execute(give.format(base, sql.Identifier("postgres")))
    with psycopg.connect(lab.server.dsn(lab.target), autocommit=True) as link:
        link.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(role))
    lab.server.execute(sql.SQL("DROP ROLE {}").format(role))


def test_an_ordinary_owner_of_the_target_is_enough(lab: Lab, owner: str) -> None:
    for _ in range(2):
        restored = lab.do(Action.RESTORE_RUN, user=owner)
        assert restored.done, restored.words
    verified = lab.do(Action.RESTORE_VERIFY, user=owner)
    assert verified.figures["verdict"] == "pass", verified.words


def test_what_another_account_put_into_a_marked_target_is_not_dropped(
    lab: Lab, owner: str
) -> None:
    lab.do(Action.RESTORE_RUN, user=owner)
    with psycopg.connect(lab.server.dsn(lab.target), autocommit=True) as link:
        link.execute("CREATE TABLE precious AS SELECT 1 AS one")

    found = lab.do(Action.RESTORE_RUN, user=owner)

    assert found.figures == {"outcome": "not-empty"}
    assert lab.rows("SELECT one FROM precious") == [(1,)]
    assert lab.rows("SELECT count(*) FROM enterprise") == [(500,)]


def test_a_row_that_is_missing_fails_the_verification(lab: Lab) -> None:
    lab.do(Action.RESTORE_RUN)
    with psycopg.connect(lab.server.dsn(lab.target), autocommit=True) as link:
        link.execute("DELETE FROM enterprise WHERE id = 7")
        link.execute("DROP TABLE monitoring.reading")

    found = lab.do(Action.RESTORE_VERIFY)

    assert found.done
    assert found.figures["verdict"] == "fail"
    assert (found.figures["missing"], found.figures["differing"]) == ("1", "1")
    assert "monitoring.reading" in found.words.zh


def test_a_manifest_that_promised_more_fails_the_verification(lab: Lab) -> None:
    beside = lab.dump.with_name("ops.dump.manifest.json")
    lab.do(Action.RESTORE_RUN)
    beside.write_text(json.dumps({"tables": {"public.enterprise": 501}}))

    found = lab.do(Action.RESTORE_VERIFY)

    assert (found.figures["verdict"], found.figures["manifest"]) == ("fail", "differs")


def test_the_source_itself_is_refused_and_untouched(lab: Lab) -> None:
    with psycopg.connect(lab.server.dsn(lab.target), autocommit=True) as link:
        link.execute("CREATE TABLE precious AS SELECT 1 AS one")
    same = {"ops": {"files": str(lab.dump), "source": {"database": lab.target}}}

    found = lab.do(Action.RESTORE_RUN, backups=same)

    assert not found.done
    assert found.figures == {"outcome": "is-source"}
    assert lab.rows("SELECT one FROM precious") == [(1,)]


def test_a_database_with_data_and_no_mark_is_refused_and_untouched(lab: Lab) -> None:
    with psycopg.connect(lab.server.dsn(lab.target), autocommit=True) as link:
        link.execute("CREATE TABLE precious AS SELECT 1 AS one")

    assert lab.do(Action.RESTORE_RUN).figures == {"outcome": "not-empty"}
    assert lab.rows("SELECT one FROM precious") == [(1,)]
    assert lab.do(Action.RESTORE_VERIFY).figures == {"outcome": "not-marked"}


def test_a_target_that_answers_under_another_name_is_refused(lab: Lab) -> None:
    found = lab.do(Action.RESTORE_RUN, database="drill_not_there")

    assert found.figures == {"outcome": "unreachable"}


def halved(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flipped(path: Path) -> None:
    body = bytearray(path.read_bytes())
    body[len(body) * 3 // 4] ^= 0xFF
    path.write_bytes(body)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def replaced(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04 something else" * 100)


@pytest.mark.parametrize("how", ["-Fc", "-Fp"])
@pytest.mark.parametrize("harm", [halved, emptied, replaced])
def test_a_damaged_backup_is_refused_before_anything_is_emptied(
    lab: Lab, how: str, harm: Callable[[Path], None]
) -> None:
    lab.do(Action.RESTORE_RUN)
    lab.make(how)
    harm(lab.dump)

    found = lab.do(Action.RESTORE_RUN)

    assert not found.done
    assert found.figures["outcome"] in {"damaged", "empty-backup", "not-a-dump"}
    assert lab.rows("SELECT count(*) FROM enterprise") == [(500,)]


def test_a_flipped_byte_in_an_archive_is_never_a_pass(lab: Lab) -> None:
    flipped(lab.dump)

    restored = lab.do(Action.RESTORE_RUN)

    assert not restored.done


@pytest.mark.parametrize(
    "line", [r"\connect postgres", r"\! touch /tmp/x", r"\i /etc/passwd"]
)
def test_a_dump_that_would_leave_its_database_is_refused(lab: Lab, line: str) -> None:
    lab.make("-Fp")
    text = lab.dump.read_text()
    lab.dump.write_text(
        text.replace("SET statement_timeout", f"{line}\nSET statement_timeout", 1)
    )

    assert lab.do(Action.RESTORE_RUN).figures == {"outcome": "strange"}


def slowed(lab: Lab) -> None:
    """Make a plain dump whose end takes a hundred seconds to come to."""
    lab.make("-Fp")
    text = lab.dump.read_text()
    end = "--\n-- PostgreSQL database dump complete"
    lab.dump.write_text(text.replace(end, f"SELECT pg_sleep(100);\n{end}"))


def test_a_restore_that_takes_too_long_is_ended_and_leaves_nothing(lab: Lab) -> None:
    slowed(lab)

    found = lab.do(Action.RESTORE_RUN, limit=timedelta(seconds=4))

    assert not found.done
    assert (found.figures["restored"], found.figures["status"]) == ("no", "")
    tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
    assert lab.rows(tables) == [(0,)]


def test_the_password_is_on_no_command_line_and_in_no_answer(
    lab: Lab, tmp_path: Path
) -> None:
    slowed(lab)
    kept = tmp_path / "word"
    kept.write_text("a-canary-of-a-word")
    kept.chmod(0o600)
    answers: list[Answer] = []
    limit = timedelta(seconds=8)

    def work() -> None:
        password = f"file:{kept}"
        answers.append(lab.do(Action.RESTORE_RUN, password=password, limit=limit))

    thread = threading.Thread(target=work)
    thread.start()
    name = bytes(lab.dump)
    until(lambda: [one for one in command_lines() if name in one], "psql runs")
    seen = command_lines()
    thread.join(60)

    assert any(name in line for line in seen)
    assert not any(b"canary" in line for line in seen)
    assert b"canary" not in answers[0].raw


def command_lines() -> list[bytes]:
    """Return what everybody on this machine can see of every process."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found.append(path.read_bytes())
    return found


def test_a_desk_without_backups_says_that_they_are_not_configured(
    tmp_path: Path,
) -> None:
    found = carry_out(settings_with(tmp_path), Action.RESTORE_RUN, ASKED, limit=LIMIT)

    assert found.figures == {"outcome": "not-configured"}
