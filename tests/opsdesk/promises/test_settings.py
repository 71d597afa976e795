"""`clocks` in config.yaml: what it means, and what is said of mistakes."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import get_args

import pytest
import yaml

from opsdesk.core import settings
from opsdesk.core.settings.forms import ClocksForm
from opsdesk.tickets.promises.calendar import Policy


def load(folder: Path, clocks: object) -> settings.Clocks:
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump({"clocks": clocks}), encoding="utf-8")
    return settings.load(path, environ={}).clocks


def test_a_desk_that_says_nothing_leaves_out_statutory_days_only(
    tmp_path: Path,
) -> None:
    assert load(tmp_path, None) == settings.Clocks(
        policy="legal_days", same_day_cutoff=None, complex_in_hours=False
    )


def test_every_key_is_heard(tmp_path: Path) -> None:
    said = {"policy": "rest_block", "same_day_cutoff": "18:00", "complex": "72h"}
    assert load(tmp_path, said) == settings.Clocks(
        policy="rest_block", same_day_cutoff=time(18), complex_in_hours=True
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("policy", "weekdays"),
        ("same_day_cutoff", "24:00"),
        ("same_day_cutoff", 18),
        ("complex", "3d"),
        ("complex", 72),
        ("holidays", []),
    ],
)
def test_a_mistake_is_told_by_its_key(tmp_path: Path, key: str, value: object) -> None:
    with pytest.raises(settings.BadSettings) as caught:
        load(tmp_path, {key: value})
    assert [one.path for one in caught.value.mistakes] == [f"clocks.{key}"]


def test_the_file_knows_the_policies_that_the_calendar_knows() -> None:
    named = get_args(ClocksForm.model_fields["policy"].annotation)
    assert set(named) == {policy.value for policy in Policy}
