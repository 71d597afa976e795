"""Limits: the probe's own, then the kind's, then the server's."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from probes.catalogue.listing import PROBES
from probes.probe import Limit, Probe
from probes.server import Kind, Server, Thresholds

BY_KIND: Mapping[Kind, Mapping[str, Thresholds]] = {
    # A database fills memory with its cache on purpose.
    Kind.CLASS_1_DATABASE: {
        "memory_used_percent": Thresholds(warning=95, critical=98, clear=92)
    },
    Kind.CACHE: {"memory_used_percent": Thresholds(warning=92, critical=97, clear=88)},
    # Video is written until the oldest is overwritten.
    Kind.VIDEO: {
        "filesystem_used_percent": Thresholds(warning=92, critical=97, clear=90)
    },
    Kind.STREAMING: {
        "filesystem_used_percent": Thresholds(warning=92, critical=97, clear=90)
    },
}


def limits_for(probe: Probe, server: Server) -> dict[str, Limit]:
    """Return a probe's limits as they hold for one server, by name."""
    kind = BY_KIND.get(server.kind, {})
    return {
        limit.name: _with(
            _with(limit, kind.get(limit.name)), server.thresholds.get(limit.name)
        )
        for limit in probe.limits
    }


def limit_names() -> frozenset[str]:
    """Return every name a threshold may have."""
    return frozenset(limit.name for probe in PROBES for limit in probe.limits)


def rules_sha256(server: Server) -> str:
    """Return a hash of what judges this server: probes, questions and limits."""
    return _rules(server.kind, tuple(sorted(server.thresholds.items())), server.expect)


@lru_cache(maxsize=512)
def _rules(kind: Kind, thresholds: object, expect: object) -> str:
    asked = [(probe.name, probe.ask, probe.limits) for probe in PROBES]
    text = repr((asked, BY_KIND.get(kind), thresholds, expect))
    return hashlib.sha256(text.encode()).hexdigest()


def _with(limit: Limit, numbers: Thresholds | None) -> Limit:
    if numbers is None:
        return limit
    given = {
        name: value
        for name in ("warning", "critical", "clear")
        if (value := getattr(numbers, name)) is not None
    }
    return replace(limit, **given)
