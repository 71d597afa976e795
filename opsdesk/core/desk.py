"""The desk as one value: its settings, its database, its files."""

from __future__ import annotations

from dataclasses import dataclass

from opsdesk.core.database import Database
from opsdesk.core.files import Store
from opsdesk.core.settings import Settings


@dataclass(frozen=True, slots=True)
class Desk:
    """What every flow needs. Open one per process."""

    settings: Settings
    database: Database
    store: Store


def open_desk(settings: Settings) -> Desk:
    """Open the database and the content store that the settings name."""
    return Desk(
        settings=settings,
        database=Database(settings.database_url),
        store=Store(settings.desk.data / "files"),
    )


DEMO = "DEMO"
"""The file in a data folder that says everything in it is made up."""


def is_demo(settings: Settings) -> bool:
    """Whether this desk holds made-up data: every page says so, nothing is connected."""
    return (settings.desk.data / DEMO).exists()
