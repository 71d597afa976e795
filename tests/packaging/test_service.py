"""The unit, the image and the composition agree with what the desk understands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from opsdesk.cli import serve
from opsdesk.core import settings

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "packaging/config.yaml"
UNIT = (ROOT / "packaging/opsdesk.service").read_text(encoding="utf-8")
IMAGE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))


def test_the_shipped_configuration_has_no_mistake() -> None:
    assert settings.load(CONFIG, environ={}).servers_are_default


@pytest.mark.parametrize("text", [UNIT, IMAGE], ids=["unit", "image"])
def test_what_the_service_sets_is_a_setting_of_the_desk(text: str) -> None:
    given = dict(re.findall(r"(OPSDESK_[A-Z]+__[A-Z]+)=(\S+)", text))
    assert given
    assert settings.load(CONFIG, environ=given).desk.data == Path("/var/lib/opsdesk")


def test_the_composition_gives_the_desk_its_database_by_a_secret(
    tmp_path: Path,
) -> None:
    desk = COMPOSE["services"]["desk"]
    (reference,) = desk["environment"].values()
    secret = tmp_path / "database_url"
    secret.write_text("postgresql+psycopg://opsdesk:x@database/opsdesk")
    secret.chmod(0o400)
    assert reference == "file:/run/secrets/database_url"
    given = {"OPSDESK_DATABASE__URL": f"file:{secret}"}
    assert settings.load(CONFIG, environ=given).database_url == secret.read_text()


def test_every_secret_of_the_composition_is_a_file_and_is_used() -> None:
    used = {name for one in COMPOSE["services"].values() for name in one["secrets"]}
    assert used == set(COMPOSE["secrets"])
    assert all("file" in secret for secret in COMPOSE["secrets"].values())
    assert "secrets/" in (ROOT / ".gitignore").read_text()
    assert "secrets" in (ROOT / ".dockerignore").read_text().split()


def test_the_image_copies_only_what_the_tree_has() -> None:
    copied = re.findall(r"^COPY (?!--from)(\S+) ", IMAGE, re.MULTILINE)
    assert copied
    assert all(ROOT.joinpath(name).exists() for name in copied)


def test_the_image_and_the_service_never_run_the_desk_as_root() -> None:
    assert re.search(r"^USER opsdesk$", IMAGE, re.MULTILINE)
    assert re.search(r"^User=opsdesk$", UNIT, re.MULTILINE)
    assert COMPOSE["services"]["desk"]["cap_drop"] == ["ALL"]


def test_the_service_is_given_longer_to_stop_than_the_desk_takes() -> None:
    allowed = re.search(r"^TimeoutStopSec=(\d+)$", UNIT, re.MULTILINE)
    assert allowed
    assert float(allowed[1]) > serve._GRACE
    grace = COMPOSE["services"]["desk"]["stop_grace_period"]
    assert float(grace.removesuffix("s")) > serve._GRACE
