"""Which shelf a paper printed here stands on, by its kind."""

from __future__ import annotations

from opsdesk.archive.models import Category

CATEGORY_OF = {
    "daily_record": Category.ROUNDS,
    "monthly_report": Category.REPORTS,
    "form:incident": Category.INCIDENTS,
    "form:modification_plan": Category.INCIDENTS,
    "form:problem": Category.INCIDENTS,
    "form:request": Category.REQUESTS,
    "form:change": Category.CHANGES,
    "form:release": Category.CHANGES,
    "form:repair": Category.REPAIRS,
    "plan": Category.PLANS,
    "run:drill": Category.PLANS,
    "run:response": Category.PLANS,
}


def category_of(kind: str) -> Category:
    """Return the shelf of a kind; one that nobody put on a shelf stands with others."""
    return CATEGORY_OF.get(kind, Category.OTHER)
