"""Every setting is in docs/configuration.md, and nothing else is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from opsdesk.cli.group import COMMANDS
from opsdesk.core.inventory.sheet import HEADS
from opsdesk.core.settings.check_forms import FORMS
from opsdesk.core.settings.forms import (
    SECTIONS,
    BackupForm,
    ChannelForm,
    CredentialForm,
    ExpectForm,
    Form,
    LimitsForm,
    PathForm,
    ServerForm,
    ShiftForm,
    ThresholdsForm,
)
from opsdesk.core.settings.recovery_forms import (
    BackupSetForm,
    ScratchForm,
    SourceForm,
    SwitchForm,
)
from probes.server import Kind

PAGE = (Path(__file__).parents[3] / "docs" / "configuration.md").read_text("utf-8")
ROWS = set(re.findall(r"^\| `([^`]+)` \|", PAGE, re.MULTILINE))

PLACES: dict[str, type[Form]] = {
    **SECTIONS,
    "inspections.limits": LimitsForm,
    "thresholds.NAME": ThresholdsForm,
    "credentials.NAME": CredentialForm,
    "notices.channels.NAME": ChannelForm,
    "servers[]": ServerForm,
    "shifts": ShiftForm,
    "expect": ExpectForm,
    "expect.paths[]": PathForm,
    "expect.backups[]": BackupForm,
    "backups.NAME": BackupSetForm,
    "source": SourceForm,
    "scratch_targets.NAME": ScratchForm,
    "switches.NAME": SwitchForm,
    **FORMS,
}
KEYS = sorted(
    {f"{place}.{key}" for place, form in PLACES.items() for key in form.known()}
    - {f"{kind}.{kind}" for kind in FORMS}
    | set(FORMS)
)


@pytest.mark.parametrize("key", KEYS)
def test_the_page_has_a_row_for(key: str) -> None:
    assert key in ROWS


def test_the_page_has_no_row_for_a_setting_that_is_not_there() -> None:
    settings = {row for row in ROWS if not row.startswith(("OPSDESK", "opsdesk"))}
    assert settings - set(KEYS) == {"secret:NAME", "file:PATH", "env:NAME"}


def test_the_page_names_every_kind_and_every_head_of_a_table() -> None:
    for kind in Kind:
        assert f"`{kind.value}`" in PAGE
    for column in HEADS:
        assert re.search(rf"/{column}`", PAGE), column


def test_every_command_the_page_names_exists() -> None:
    named = set(re.findall(r"`opsdesk (\w+)", PAGE))
    assert named
    assert named <= set(COMMANDS)
