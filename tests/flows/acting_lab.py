"""Settings for actions to be carried out with: real machines, real databases."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from opsdesk.core import settings
from opsdesk.core.settings import Settings
from probes.server import Server


def settings_with(folder: Path, *servers: Server, **sections: Any) -> Settings:
    """Return settings of a desk that knows some servers of the lab."""
    folder.mkdir(parents=True, exist_ok=True)
    listed = [
        {"name": one.name, "address": one.address, "transport": "local"}
        for one in servers
    ]
    document = {"desk": {"data": "var"}, "servers": listed, **sections}
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return replace(settings.load(path, environ={}), servers=servers)
