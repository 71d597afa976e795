"""What is known of all servers while they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from opsdesk.core.settings.credentials import Binder
from opsdesk.core.settings.forms import ServerForm
from opsdesk.core.settings.mistakes import Notebook, Where
from opsdesk.core.settings.thresholds import Catalogue
from probes.server import Credential, Server, Thresholds


@dataclass(slots=True)
class Estate:
    """What is known while the servers are read.

    `places` holds every name the file gives, also of servers with mistakes, so that one
    mistake does not cause ten others.
    """

    book: Notebook
    binder: Binder
    credentials: Mapping[str, Credential]
    credential_names: frozenset[str]
    base: Mapping[str, Thresholds]  # inspections.thresholds
    by_kind: Mapping[str, Mapping[str, Thresholds]]
    known: Catalogue
    places: dict[str, Where] = field(default_factory=dict)
    forms: dict[str, ServerForm] = field(default_factory=dict)
    drafts: dict[str, Server] = field(default_factory=dict)
