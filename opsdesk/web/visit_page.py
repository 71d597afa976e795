"""What stands beside a finding: its readings of before, and what the server said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from opsdesk.core.files import Damaged
from opsdesk.core.text import printable
from opsdesk.inspections.queries import history
from opsdesk.inspections.queries.rounds import FindingView, VisitView
from opsdesk.web import unit
from opsdesk.web.spark import Spark, spark
from probes import catalogue, script
from probes.probe import Sample
from probes.transcript import unpack

BACK = timedelta(days=14)
SHOWN = 7
MOST = 6000
"""Characters of a section shown beside a finding; the whole is a link away."""


@dataclass(frozen=True, slots=True)
class Past:
    """The last values of one reading, oldest first."""

    key: str
    samples: tuple[Sample, ...]
    line: Spark | None


def pasts(visit: VisitView) -> dict[str, list[Past]]:
    """Return the readings that belong to each finding of a visit, by fingerprint."""
    if visit.began_at is None or not visit.findings:
        return {}
    series = _series(visit.server, visit.began_at)
    return {
        finding.fingerprint: [
            _past(key, series[key]) for key in sorted(series) if _belongs(key, finding)
        ]
        for finding in visit.findings
    }


def _series(server: str, at: datetime) -> Mapping[str, list[Sample]]:
    until = at + timedelta(microseconds=1)
    return history.trend(unit.session(), server, since=at - BACK, before=until)


def _past(key: str, samples: list[Sample]) -> Past:
    last = tuple(samples[-SHOWN:])
    return Past(key, last, spark([sample.value for sample in last]))


def _belongs(key: str, finding: FindingView) -> bool:
    """Tell whether a reading is what a finding is about: same limit, same subject."""
    name, _, label = key.partition("{")
    label = label.removesuffix("}")
    about = name in _limits(finding.probe)
    return about and (
        not label or finding.subject == label or finding.subject.startswith(f"{label} ")
    )


def _limits(probe: str) -> frozenset[str]:
    found = (each for each in catalogue.PROBES if each.name == probe)
    return frozenset(limit.name for each in found for limit in each.limits)


def sections(visit: VisitView, probes: Iterable[str]) -> dict[str, str]:
    """Return what the server said to some questions, harmless to show, by probe."""
    wanted = frozenset(probes)
    if not wanted or visit.transcript_sha256 is None:
        return {}
    try:
        transcript = unpack(unit.desk().store.get(visit.transcript_sha256))
    except (Damaged, ValueError):
        return {}
    said: dict[str, str] = {}
    cut = script.cut(transcript.raw, transcript.nonce)
    for section in (*cut.sections, *transcript.answers):
        if section.name in wanted:
            said[section.name] = said.get(section.name, "") + section.text
    return {name: printable(text[:MOST]) for name, text in said.items()}
