"""What screens and other parts ask of the configuration library."""

from opsdesk.assets.queries import drifts, history, relations
from opsdesk.assets.queries.dates import DueDate, due_dates
from opsdesk.assets.queries.history import (
    Difference,
    RevisionView,
    compare,
    revisions_for,
    revisions_of,
    view_at,
)
from opsdesk.assets.queries.items import (
    ItemFilter,
    ItemView,
    by_code,
    by_codes,
    items,
    of_server,
)
from opsdesk.assets.queries.relations import (
    Direction,
    Impacted,
    RelationView,
    impact,
    relations_of,
)

__all__ = [
    "Difference",
    "Direction",
    "DueDate",
    "Impacted",
    "ItemFilter",
    "ItemView",
    "RelationView",
    "RevisionView",
    "by_code",
    "by_codes",
    "compare",
    "drifts",
    "due_dates",
    "history",
    "impact",
    "items",
    "of_server",
    "relations",
    "relations_of",
    "revisions_for",
    "revisions_of",
    "view_at",
]
