"""What many tests stand on: an audit key, and databases migrated once per worker."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from argon2 import PasswordHasher

from opsdesk.core import audit, migrate
from opsdesk.core.database import Database
from opsdesk.people import passwords
from tests.lab.emptied import Emptied
from tests.lab.postgres import Postgres, postgres_server, postgres_url
from tests.lab.quick_apps import quick_apps

__all__ = ["postgres_server", "postgres_url"]

REAL_HASHER = passwords.HASHER
# No example is timed: the machine may be busy. What runs unattended draws the same
# examples every time; a developer's run looks further.
hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.register_profile("unattended", deadline=None, derandomize=True)
hypothesis.settings.load_profile("unattended" if os.environ.get("CI") else "here")

# Commands say English to a terminal that asks for it, whatever the developer's own says.
os.environ["OPSDESK_LANGUAGE"] = "en"

AUDIT_KEY = b"an audit key that tests may know"


@pytest.fixture(scope="session", autouse=True)
def audit_key() -> None:
    """Give the process a key, as every entry point does first."""
    audit.TRAIL.use(AUDIT_KEY)


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> None:
    """Hash with little memory: hundreds of sign-ins would take minutes."""
    passwords.HASHER = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture(scope="session", autouse=True)
def cheap_applications() -> Iterator[None]:
    """Compile templates and addresses once: nearly every test of a page makes an app."""
    with quick_apps():
        yield


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate one SQLite file; tests copy it."""
    path = tmp_path_factory.mktemp("template") / "desk.db"
    migrate.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: Postgres) -> Iterator[str]:
    """Migrate one PostgreSQL database; tests copy it."""
    with postgres_server.database() as name:
        migrate.upgrade(postgres_server.url(name))
        yield name


@pytest.fixture(scope="session")
def kept_postgres(
    postgres_server: Postgres, postgres_template: str
) -> Iterator[Emptied]:
    """Give the copy of the template that is emptied after every test."""
    kept = Emptied(postgres_server, postgres_template)
    yield kept
    kept.close()


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """Give a migrated, empty desk database on SQLite."""
    path = tmp_path / "desk.db"
    shutil.copyfile(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    yield database
    database.dispose()


@pytest.fixture
def postgres_database(
    postgres_server: Postgres, kept_postgres: Emptied
) -> Iterator[Database]:
    """Give a migrated, empty desk database on PostgreSQL."""
    with kept_postgres.lent() as name:
        database = Database(postgres_server.url(name))
        yield database
        database.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """Give a migrated, empty desk database: the test runs on each of the two."""
    name = {"sqlite": "sqlite_database", "postgresql": "postgres_database"}
    found: Database = request.getfixturevalue(name[request.param])
    return found
