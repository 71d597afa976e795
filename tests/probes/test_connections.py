"""Connections that pile up, and when they are said to be well again."""

from __future__ import annotations

from probes.catalogue.connections import PROBE, Connections, Unclosed
from probes.finding import Severity
from tests.probes.judging import here, judged, levels


def test_unclosed_connections_name_the_busiest_port() -> None:
    facts = Connections(close_wait=150, unclosed=(Unclosed(port=8080, count=150),))
    found = judged(PROBE, facts, here(PROBE))["close_wait"]
    assert found.severity is Severity.WARNING
    assert "8080" in found.message.zh


def test_a_pile_stays_a_warning_until_it_has_halved() -> None:
    stood = here(PROBE, standing={"close_wait": Severity.CRITICAL})
    assert levels(PROBE, Connections(close_wait=60), stood) == {"close_wait": "warning"}
    assert levels(PROBE, Connections(close_wait=49), stood) == {}
