"""How a judge of the catalogue says what is wrong, against a limit or without one."""

from __future__ import annotations

from collections.abc import Iterator

from probes.catalogue.text import cut
from probes.finding import Finding, Severity, Words
from probes.probe import Circumstances, Limit, severity


def broken(limit: Limit, level: Severity) -> float | None:
    """Return the figure of the limit that a finding of this severity stands on."""
    if level is Severity.CRITICAL and limit.critical is not None:
        return limit.critical
    return limit.warning


def limit_of(limit: Limit, here: Circumstances) -> Limit:
    """Return the limit as configured for this server, else as the probe has it."""
    return here.limits.get(limit.name, limit)


def against(
    measured: float,
    limit: Limit,
    here: Circumstances,
    finding: Finding,
    **values: object,
) -> Iterator[Finding]:
    """Yield `finding` with its severity and figures, when `measured` breaks the limit.

    `finding` gives probe, subject and message; `{measured}`, `{limit}` and `values`
    are filled into the message.
    """
    limit = limit_of(limit, here)
    level = severity(measured, limit, standing=here.standing.get(finding.subject))
    if level is None:
        return
    bound = broken(limit, level)
    yield Finding(
        probe=finding.probe,
        subject=finding.subject,
        severity=level,
        message=filled(finding.message, measured=measured, limit=bound, **values),
        measured=measured,
        limit=bound,
        unit=limit.unit,
    )


def filled(words: Words, **values: object) -> Words:
    """Return the sentence with its values in, each cut to what a message may quote."""
    return words.fill(
        **{
            key: cut(value) if isinstance(value, str) else _plain(value)
            for key, value in values.items()
        }
    )


def _plain(value: object) -> object:
    if isinstance(value, float):
        return int(value) if value.is_integer() else round(value, 2)
    return value
