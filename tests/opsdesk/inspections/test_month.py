"""What a report is told of a period's abnormalities: nothing that came after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from opsdesk.core.database import Database
from opsdesk.inspections.models import Slot
from opsdesk.inspections.queries.month import conditions
from probes.finding import Severity, Words
from tests.factories.rounds import AT, DAY, finding, judged_round, verdict

LATER = timedelta(days=3)


def test_a_period_tells_of_a_finding_as_it_was_last_seen_in_it(
    database: Database,
) -> None:
    early = replace(
        finding(severity=Severity.WARNING), message=Words("已用 92%", "92% full")
    )
    with database.unit() as session:
        judged_round(session, {"db-1": verdict(early)})
        judged_round(
            session,
            {"db-1": verdict(finding())},
            slot=Slot.EVENING,
            at=AT + LATER,
            day=DAY + LATER,
        )
        month, both = (
            conditions(session, AT - LATER, until)
            for until in (AT + LATER / 2, AT + 2 * LATER)
        )
    assert [(one.severity, one.message_zh) for one in month] == [
        ("warning", "已用 92%")
    ]
    assert [one.severity for one in both] == ["critical"]
