"""What the automatic steps of plans may name is typed, and mistakes in it are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from opsdesk.core.settings import BadSettings, Settings, load

SERVER = {"name": "fw-1", "address": "192.0.2.1", "transport": "local"}


def read(folder: Path, **sections: Any) -> Settings:
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump({"servers": [SERVER], **sections}))
    return load(path, environ={})


def test_a_desk_without_them_has_none(tmp_path: Path) -> None:
    settings = read(tmp_path)

    assert (settings.backups, settings.scratch_targets, settings.switches) == (
        {},
        {},
        {},
    )


def test_a_scratch_target_and_its_password_are_read_but_the_password_is_not_fetched(
    tmp_path: Path,
) -> None:
    target = {
        "host": "192.0.2.9",
        "user": "drill",
        "password": "env:NOT_THERE",
        "database": "drill_ops",
    }

    found = read(tmp_path, scratch_targets={"ops": target}).scratch_targets["ops"]

    assert (found.host, found.port, found.database) == ("192.0.2.9", 5432, "drill_ops")
    assert found.password is not None
    assert found.password.reference == "env:NOT_THERE"


def test_the_words_of_a_switch_stay_words(tmp_path: Path) -> None:
    words = ["/opt/switch", "to backup; rm -rf /"]

    switch = read(
        tmp_path, switches={"wan": {"server": "fw-1", "to": {"backup": words}}}
    ).switches["wan"]

    assert switch.ways == {"backup": tuple(words)}


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        (
            {"scratch_targets": {"x": {"host": "h", "user": "u", "database": "ops"}}},
            "drill_",
        ),
        ({"scratch_targets": {"x": {"host": "h", "user": "u"}}}, "database"),
        ({"scratch_targets": {"x": {"engine": "sqlite"}}}, "folder"),
        ({"backups": {"x": {"files": "*.dump"}}}, "source.database"),
        ({"switches": {"x": {"server": "fw-2", "to": {"a": ["b"]}}}}, "fw-1"),
        ({"switches": {"x": {"server": "fw-1", "to": {"a": "b c"}}}}, "list"),
        ({"switches": {"x": {"server": "fw-1", "to": {}}}}, "to"),
        ({"backups": {"a b": {"files": "x", "engine": "sqlite"}}}, "64"),
        ({"backup": {}}, "backups"),
    ],
)
def test_a_mistake_in_them_is_told(
    tmp_path: Path, sections: dict[str, Any], said: str
) -> None:
    with pytest.raises(BadSettings) as told:
        read(tmp_path, **sections)

    assert said in str(told.value)
