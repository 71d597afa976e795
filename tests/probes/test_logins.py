"""Failed logins by source, and what followed them."""

from __future__ import annotations

from probes.catalogue.logins import PROBE, Failure, Login, Logins
from tests.probes.judging import here, levels, section

HEAD = "now 2026 11 23 02 30 00\nself opsdesk 10.9.9.9\n[who]\n[last]\n"


def heard(*failures: Failure, logins: tuple[Login, ...] = ()) -> Logins:
    return Logins(present=(), logins=logins, failed_source="lastb", failures=failures)


def test_many_failures_from_one_source_are_a_warning_then_critical() -> None:
    few = Failure(source="6.6.6.6", count=19, first=0)
    many = Failure(source="7.7.7.7", count=20, first=0)
    flood = Failure(source="8.8.8.8", count=200, first=0)
    assert levels(PROBE, heard(few, many, flood), here(PROBE)) == {
        "7.7.7.7": "warning",
        "8.8.8.8": "critical",
    }


def test_a_success_after_many_failures_is_critical() -> None:
    failure = Failure(source="6.6.6.6", count=15, first=100)
    login = Login(user="backup", source="6.6.6.6", count=1, last=200)
    facts = heard(failure, logins=(login,))
    assert levels(PROBE, facts, here(PROBE)) == {"backup@6.6.6.6": "critical"}


def test_a_success_before_the_failures_is_not_suspect() -> None:
    failure = Failure(source="6.6.6.6", count=15, first=300)
    login = Login(user="backup", source="6.6.6.6", count=1, last=200)
    assert levels(PROBE, heard(failure, logins=(login,)), here(PROBE)) == {}


def test_the_desks_own_logins_are_left_out() -> None:
    facts = PROBE.read(
        section(
            HEAD
            + "opsdesk pts/1 10.9.9.9 Mon Nov 23 02:29:00 2026 still logged in\n"
            + "root pts/1 10.9.9.9 Mon Nov 23 02:28:00 2026 still logged in\n"
            + "[failed] absent\n"
        )
    )
    assert [login.user for login in facts.logins] == ["root"]


def test_a_moment_without_a_year_is_the_last_one_before_now() -> None:
    facts = PROBE.read(
        section(
            "now 2026 1 1 00 30 00\nself opsdesk 10.9.9.9\n[who]\n[last]\n"
            "root pts/1 10.1.1.1 Wed Dec 31 23:59 still logged in\n[failed] absent\n"
        )
    )
    assert [login.user for login in facts.logins] == ["root"]


def test_failures_we_may_not_see_are_unknown_and_not_zero() -> None:
    facts = PROBE.read(section(HEAD + "[failed] denied\n"))
    assert facts.failed_count is None
    names = {reading.name for reading in PROBE.readings(facts)}
    assert "failed_logins_count" not in names
