"""The thresholds the catalogue knows, for a configuration that names some."""

from __future__ import annotations

from opsdesk.core.settings.thresholds import Catalogue


def of_the_catalogue() -> Catalogue:
    """Return every threshold by name, as the probes themselves state it."""
    from probes.catalogue import PROBES  # noqa: PLC0415 - only when it is asked

    return {limit.name: limit for probe in PROBES for limit in probe.limits}
