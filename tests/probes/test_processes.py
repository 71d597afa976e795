"""Processes that must run, and those that are stuck."""

from __future__ import annotations

from probes.catalogue.processes import PROBE, Expected, Processes
from probes.finding import Severity
from probes.server import Expectations
from tests.probes.judging import here, levels

ORACLE = Expectations(processes=("oracle",))


def test_an_expected_process_that_is_not_there_is_critical() -> None:
    facts = Processes(total=90, expected=(Expected(name="oracle", count=0),))
    assert levels(PROBE, facts, here(PROBE, expect=ORACLE)) == {"oracle": "critical"}


def test_a_running_expected_process_is_normal() -> None:
    facts = Processes(total=90, expected=(Expected(name="oracle", count=40),))
    assert levels(PROBE, facts, here(PROBE, expect=ORACLE)) == {}


def test_not_to_know_about_a_process_is_neither_there_nor_gone() -> None:
    assert levels(PROBE, Processes(total=90), here(PROBE, expect=ORACLE)) == {
        "oracle": "warning"
    }


def test_zombies_stay_a_warning_until_most_are_gone() -> None:
    stood = here(PROBE, standing={"state:Z": Severity.WARNING})
    assert levels(PROBE, Processes(total=90, zombies=4), here(PROBE)) == {}
    assert levels(PROBE, Processes(total=90, zombies=4), stood) == {
        "state:Z": "warning"
    }
    assert levels(PROBE, Processes(total=90, zombies=2), stood) == {}


def test_a_table_of_unknown_size_is_not_judged() -> None:
    facts = Processes(total=90, threads=30000, most=None)
    assert levels(PROBE, facts, here(PROBE)) == {}
