"""Services that must run, failed units, and crash loops between rounds."""

from __future__ import annotations

from probes.catalogue.services import PROBE, Service, Services, Unit
from probes.server import Expectations
from tests.probes.judging import here, levels

NGINX = Expectations(services=("nginx",))


def systemd(*expected: Service, failed: tuple[Unit, ...] = ()) -> Services:
    return Services(manager="systemd", failed=failed, expected=expected)


def test_an_expected_service_that_failed_is_said_once_and_is_critical() -> None:
    facts = systemd(
        Service(name="nginx", state="failed", detail="failed"),
        failed=(Unit(name="nginx.service", state="failed"),),
    )
    assert levels(PROBE, facts, here(PROBE, expect=NGINX)) == {"nginx": "critical"}


def test_an_expected_service_that_is_not_installed_is_critical() -> None:
    facts = systemd(Service(name="nginx", state="not-found"))
    assert levels(PROBE, facts, here(PROBE, expect=NGINX)) == {"nginx": "critical"}


def test_an_unknown_state_is_not_a_stopped_service() -> None:
    around = here(PROBE, expect=NGINX)
    facts = systemd(Service(name="nginx", state="unknown"))
    assert levels(PROBE, facts, around) == {"nginx": "warning"}
    assert levels(PROBE, systemd(), around) == {"nginx": "warning"}


def test_restarts_since_the_last_round_are_counted() -> None:
    before = systemd(Service(name="nginx", state="active", restarts=5))
    now = systemd(Service(name="nginx", state="active", restarts=9))
    around = here(PROBE, expect=NGINX, previous=before)
    assert levels(PROBE, now, around) == {"nginx restarts": "warning"}
    assert levels(PROBE, before, around) == {}


def test_restarts_before_a_reboot_do_not_count() -> None:
    before = systemd(Service(name="nginx", state="active", restarts=0))
    now = systemd(Service(name="nginx", state="active", restarts=9))
    around = here(PROBE, expect=NGINX, previous=before, same_boot=False)
    assert levels(PROBE, now, around) == {}


def test_a_machine_without_systemd_has_no_count_of_failed_units() -> None:
    facts = Services(manager="service", failed=None)
    assert list(PROBE.readings(facts)) == []
