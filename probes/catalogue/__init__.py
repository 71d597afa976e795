"""One file per thing looked at, and what is done with all of them together."""

from probes.catalogue.judging import Past, cells, judge
from probes.catalogue.limits import limit_names, limits_for, rules_sha256
from probes.catalogue.listing import PROBES, by_name
from probes.catalogue.reading import (
    clock_offset_ms,
    dump,
    identity_of,
    load_facts,
    outcome,
    questions,
    read,
    readings,
)
from probes.catalogue.stumbles import Stumbled

__all__ = [
    "PROBES",
    "Past",
    "Stumbled",
    "by_name",
    "cells",
    "clock_offset_ms",
    "dump",
    "identity_of",
    "judge",
    "limit_names",
    "limits_for",
    "load_facts",
    "outcome",
    "questions",
    "read",
    "readings",
    "rules_sha256",
]
