"""Configurations for tests, written to a folder and loaded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from opsdesk.core import settings
from opsdesk.core.settings import BadSettings, Mistake, Settings

KEY = "SHA256:" + "A" * 43


def written(folder: Path, text: str) -> Path:
    """Write config.yaml, and the key file `key` that it may name."""
    key = folder / "key"
    key.write_text("a private key")
    key.chmod(0o600)
    path = folder / "config.yaml"
    path.write_text(dedent(text), encoding="utf-8")
    return path


def loaded(
    folder: Path, text: str, environ: Mapping[str, str] | None = None
) -> Settings:
    return settings.load(written(folder, text), environ=environ or {})


def mistakes(
    folder: Path, text: str, environ: Mapping[str, str] | None = None
) -> list[Mistake]:
    """Return what loading says is wrong; fails where it says nothing."""
    with pytest.raises(BadSettings) as caught:
        loaded(folder, text, environ)
    return list(caught.value.mistakes)


def only_mistake(folder: Path, text: str) -> Mistake:
    """Return the one thing that is wrong; fails where there are several."""
    found = mistakes(folder, text)
    assert len(found) == 1, found
    return found[0]
