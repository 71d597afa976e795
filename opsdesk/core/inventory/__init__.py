"""Lists of servers that exist already, read into entries for config.yaml."""

from __future__ import annotations

from pathlib import Path

from opsdesk.core.inventory import ansible_ini, ansible_yaml, sheet, ssh_config
from opsdesk.core.inventory.entry import Found, Unusable

FORMATS = {
    "ansible-ini": ansible_ini.read,
    "ansible-yaml": ansible_yaml.read,
    "csv": sheet.read_csv,
    "xlsx": sheet.read_workbook,
    "ssh-config": ssh_config.read,
}
"""Format -> how it is read."""

_BY_SUFFIX = {
    ".ini": "ansible-ini",
    ".yaml": "ansible-yaml",
    ".yml": "ansible-yaml",
    ".csv": "csv",
    ".tsv": "csv",
    ".xlsx": "xlsx",
    ".xls": "xlsx",
    ".ods": "xlsx",
}

__all__ = ["FORMATS", "Found", "Unusable", "format_of", "read"]


def format_of(path: Path) -> str:
    """Guess a file's format by its name; an inventory without suffix is INI."""
    if path.suffix.lower() in _BY_SUFFIX:
        return _BY_SUFFIX[path.suffix.lower()]
    if path.name == "config" or "ssh" in path.name:
        return "ssh-config"
    return "ansible-ini"


def read(path: Path, form: str | None = None) -> Found:
    """Read a file; raises Unusable with a sentence where nothing of it can be read."""
    return FORMATS[form or format_of(path)](path)
