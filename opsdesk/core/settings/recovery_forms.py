"""The shape of what plans may use by itself: backups, scratch targets, switches."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from opsdesk.core.settings.forms import Form, Host, Name, Port, Reference, Text

Identifier = Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]{0,62}$")]
Engine = Literal["postgresql", "sqlite"]
Argument = Annotated[str, Field(min_length=1, max_length=1000, pattern=r"^[^\x00\n]*$")]
Words = Annotated[list[Argument], Field(min_length=1, max_length=64)]


class SourceForm(Form):
    """`backups.NAME.source`: what must never be restored over."""

    database: Identifier | None = None
    system: Annotated[str, Field(pattern=r"^[0-9]{1,20}$")] | None = None


class BackupSetForm(Form):
    """One of `backups`."""

    engine: Engine = "postgresql"
    files: Text
    source: SourceForm = SourceForm()


class ScratchForm(Form):
    """One of `scratch_targets`."""

    engine: Engine = "postgresql"
    host: Host | None = None
    port: Port = 5432
    user: Text | None = None
    password: Reference | None = None
    database: Identifier | None = None
    folder: Text | None = None


class SwitchForm(Form):
    """One of `switches`."""

    server: Name
    to: Annotated[dict[str, Words], Field(min_length=1, max_length=16)]
