"""No figure of a report without a second way to count it: whole tables, plain Python."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from opsdesk.core.desk import Desk
from opsdesk.flows import issue_monthly_report as flow
from tests.factories.months import NOW, copied
from tests.factories.uneven_months import disturb
from tests.flows.month_again import SECOND, Again, everything
from tests.flows.test_issue_monthly_report import OCTOBER

# All that look at the played month are one group: it takes seconds to play.
pytestmark = pytest.mark.xdist_group("month")


@pytest.fixture(scope="module")
def desk(month: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Give a desk with an uneven October behind it."""
    with copied(month, tmp_path_factory.mktemp("figures")) as desk:
        with desk.database.unit() as session:
            disturb(session, everything(session))
        yield desk


@pytest.fixture(scope="module")
def figures(desk: Desk) -> dict[str, float | None]:
    """Give the figures as the report has them."""
    with desk.database.reading() as session:
        return dict(flow.gather(session, desk.settings, OCTOBER, at=NOW).figures)


def test_no_figure_is_printed_that_is_not_counted_here_a_second_time(
    figures: dict[str, float | None],
) -> None:
    assert set(figures) == set(SECOND)


def test_every_figure_counted_a_second_time_is_the_same(
    desk: Desk, figures: dict[str, float | None]
) -> None:
    with desk.database.reading() as session:
        again = Again(everything(session))
        wrong = {
            name: (figures[name], count(again))
            for name, count in SECOND.items()
            if figures[name] != count(again)
        }
    assert wrong == {}


def test_the_month_is_uneven_enough_to_tell_right_from_wrong(
    figures: dict[str, float | None],
) -> None:
    telling = {
        *("incidents.carried", "incidents.left", "incidents.void", "rounds.late"),
        *("rounds.missed", "rounds.signed", "rounds.unrecorded", "findings.left"),
        *("security.sign_ins", "security.failures", "security.drifts"),
        *("changes.unauthorised", "drills.done", "drills.emergencies"),
        *("staff.handovers", "staff.taken", "duties.D28.done", "requests.carried"),
    }
    assert {name for name in telling if not figures[name]} == set()
    unequal = [("health.asked", "health.heard"), ("staff.duties", "staff.attended")]
    unequal += [("staff.handovers", "staff.taken"), ("duties.D16.due", "rounds.done")]
    assert [pair for pair in unequal if figures[pair[0]] == figures[pair[1]]] == []
