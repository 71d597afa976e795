"""What holds for every probe there is, by its kept answers and by its words."""

from __future__ import annotations

import json
import math
import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from probes import catalogue
from probes.catalogue import PROBES, by_name, dump, limit_names, load_facts
from probes.finding import Words
from probes.probe import Absent, Denied, Probe, Unreadable
from probes.reply import Reply, ReplyStatus
from tests.probes.catalogue.kept import FOLDER, Kept, kept
from tests.probes.judging import here, judged

KEPT = kept()
ROOT = Path(__file__).parents[3]
every_kept = pytest.mark.parametrize(
    "case", KEPT, ids=lambda case: f"{case.probe}/{case.name}"
)
every_probe = pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)

NEVER_SICK_ALONE = {
    "backups": "what is old or small is said by the expectations of a server",
    "drift": "only the difference to the round before is a finding",
    "host": "what the desk's own machine lacks is judged by the script's sections",
    "identity": "a reboot shows only beside the round before",
    "paths": "only an expected path makes a finding",
    "ports": "only an expected port, or the round before, makes a finding",
}
"""Probes whose answer alone is never a finding; other tests judge them."""

NO_FOLDER = {"host": "psutil answers it here and now; see test_host"}


def facts_of(case: Kept) -> Any:
    probe = by_name(case.probe)
    assert probe is not None
    try:
        return probe.read(case.section)
    except (Unreadable, Absent, Denied):
        return None


@every_probe
def test_a_probe_has_a_healthy_a_sick_and_a_malformed_answer(probe: Probe) -> None:
    mine = [case for case in KEPT if case.probe == probe.name]
    if probe.name in NO_FOLDER:
        assert mine == []
        return
    assert any(not case.is_refused and not case.is_sick for case in mine)
    assert any(case.expected.get("raises") == "Unreadable" for case in mine)
    if probe.name not in NEVER_SICK_ALONE:
        assert any(case.is_sick for case in mine)


def test_every_folder_is_of_a_probe() -> None:
    assert {case.probe for case in KEPT} <= {probe.name for probe in PROBES}
    assert {path.name for path in FOLDER.iterdir()} == {case.probe for case in KEPT}


@every_kept
def test_facts_come_back_from_the_store_as_they_went_in(case: Kept) -> None:
    facts = facts_of(case)
    if facts is None:
        return
    reply = Reply(probe=case.probe, status=ReplyStatus.READ, facts=facts)
    stored = json.loads(json.dumps(dump([reply]), allow_nan=False))
    assert load_facts(case.probe, stored["facts"][case.probe]) == facts


@every_kept
def test_a_kept_answer_makes_numbers_and_each_subject_one_finding(case: Kept) -> None:
    probe, facts = by_name(case.probe), facts_of(case)
    if facts is None or probe is None:
        return
    for name, _label, value in probe.readings(facts):
        assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
        assert math.isfinite(value)
    for finding in judged(probe, facts, here(probe)).values():
        assert finding.message.zh.strip()
        assert finding.message.en.strip()
        assert "{" not in finding.message.zh + finding.message.en


@every_probe
def test_a_probe_has_a_title_in_both_languages(probe: Probe) -> None:
    assert probe.title.zh.strip()
    assert probe.title.en.strip()


def sentences() -> list[tuple[str, Words]]:
    found = []
    for name, module in vars(catalogue.listing).items():
        if isinstance(module, ModuleType):
            for key, value in vars(module).items():
                found += [(f"{name}.{key}", words) for words in words_in(value)]
    return found


def words_in(value: object) -> list[Words]:
    if isinstance(value, Words):
        return [value]
    if isinstance(value, dict):
        return [words for each in value.values() for words in words_in(each)]
    if isinstance(value, tuple | list):
        return [words for each in value for words in words_in(each)]
    return []


def test_every_sentence_is_in_both_languages_with_the_same_places() -> None:
    found = sentences()
    assert len(found) > 50
    for where, words in found:
        assert words.zh.strip(), where
        assert words.en.strip(), where
        places = [set(re.findall(r"\{(\w+?)(?:_zh|_en)?\}", text)) for text in words]
        assert places[0] == places[1], where


@every_probe
def test_facts_are_frozen(probe: Probe) -> None:
    kinds = getattr(probe.facts, "__args__", (probe.facts,))
    kinds = [kind for kind in kinds if kind is not Ellipsis]
    for kind in kinds:
        assert is_dataclass(kind)
        assert vars(kind)["__dataclass_params__"].frozen
        assert fields(kind)


def test_every_limit_is_in_the_docs_with_its_levels() -> None:
    text = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
    assert [name for name in sorted(limit_names()) if f"`{name}`" not in text] == []
    for probe in PROBES:
        for limit in probe.limits:
            row = f"| `{limit.name}` | `{probe.name}` |"
            (line,) = [line for line in text.splitlines() if line.startswith(row)]
            levels = [cell.strip() for cell in line.split("|")[3:6]]
            real = [limit.warning, limit.critical, limit.clear]
            assert levels == ["–" if one is None else f"{one:g}" for one in real]
