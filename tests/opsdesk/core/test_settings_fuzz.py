"""No file, however odd, gets anything out of `load` but settings or mistakes."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from opsdesk.core import settings
from opsdesk.core.settings import BadSettings, Mistake
from opsdesk.core.settings.check_forms import FORMS
from opsdesk.core.settings.forms import (
    SECTIONS,
    TOP_LEVEL,
    BackupForm,
    CredentialForm,
    ExpectForm,
    LimitsForm,
    PathForm,
    ServerForm,
)
from probes.finding import Words

ROOT = Path(__file__).parents[3]
KEYS = sorted(
    {*TOP_LEVEL, "icmp", "snmp", "sql", "redis", "used_percent", "a", "<<"}.union(
        *(form.known() for form in SECTIONS.values()),
        *(form.known() for form in FORMS.values()),
        *(
            form.known()
            for form in (
                BackupForm,
                CredentialForm,
                ExpectForm,
                LimitsForm,
                PathForm,
                ServerForm,
            )
        ),
    )
    - {"thresholds", "kind_thresholds"}
)
WORDS = ["a", "b", "ssh", "none", "nas", "10s", "4MiB", "08:00", "secret:x", "a:1", ""]

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(WORDS)
    | st.text(max_size=8)
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(KEYS) | st.text(max_size=4), inner, max_size=5
        )
    ),
    max_leaves=30,
)

patient = how(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def load(folder: Path, content: bytes) -> None:
    path = folder / "config.yaml"
    path.write_bytes(content)
    told: tuple[Mistake, ...] = ()
    try:
        settings.load(path, environ={}, limits={})
    except BadSettings as bad:
        told = bad.mistakes or (Mistake("", None, Words("", "")),)
    assert all(mistake.words.zh and mistake.words.en for mistake in told)


@patient
@given(content=st.binary(max_size=200))
def test_random_bytes_are_refused_in_words(tmp_path: Path, content: bytes) -> None:
    load(tmp_path, content)


@patient
@given(text=st.text(st.sampled_from("abz:- \n\t[]{}&*!|>'\"%@,#<?0:"), max_size=120))
def test_random_yaml_is_refused_in_words(tmp_path: Path, text: str) -> None:
    load(tmp_path, text.encode())


@patient
@given(data=st.dictionaries(st.sampled_from(TOP_LEVEL), values, max_size=7))
def test_our_keys_with_random_values_are_refused_in_words(
    tmp_path: Path, data: dict[str, Any]
) -> None:
    load(tmp_path, yaml.safe_dump(data, allow_unicode=True).encode())


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [
        path,
        *(place for key, one in inner for place in _places(one, (*path, key))),
    ]


EXAMPLE = yaml.safe_load((ROOT / "examples" / "config.yaml").read_text("utf-8"))
PLACES = [place for place in _places(EXAMPLE) if place]


@patient
@given(place=st.sampled_from(PLACES), value=values)
def test_the_example_with_one_thing_changed_loads_or_is_refused_in_words(
    tmp_path: Path, place: tuple[Any, ...], value: Any
) -> None:
    data = copy.deepcopy(EXAMPLE)
    holder = data
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = value
    load(tmp_path, yaml.safe_dump(data, allow_unicode=True).encode())


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_a_very_deep_file_is_refused_in_words(tmp_path: Path, opening: str) -> None:
    load(tmp_path, opening.encode() * 20_000)
