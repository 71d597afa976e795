"""The papers of runs and plans: addresses for their pages."""

from __future__ import annotations

from typing import Any

from opsdesk.responses.queries.page import RunView
from runbooks.plan import Plan


def of(view: RunView) -> dict[str, Any]:
    """Return what a run's page shows of its papers."""
    return {"papers": [], "issued": []}


def of_plan(plan: Plan) -> list[Any]:
    """Return (title, PDF, DOCX) of a plan's paper."""
    return []
