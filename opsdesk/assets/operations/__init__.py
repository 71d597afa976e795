"""What may be done to the configuration library."""

from opsdesk.assets.operations.drifting import accept, explain
from opsdesk.assets.operations.enrolling import enrol
from opsdesk.assets.operations.items import (
    Draft,
    create,
    move_state,
    move_version,
    revise,
)
from opsdesk.assets.operations.reconciling import Occasion, Sighting, reconcile
from opsdesk.assets.operations.relations import Edge, part, relate
from opsdesk.assets.operations.revisions import Absent, Cause, Overtaken

__all__ = [
    "Absent",
    "Cause",
    "Draft",
    "Edge",
    "Occasion",
    "Overtaken",
    "Sighting",
    "accept",
    "create",
    "enrol",
    "explain",
    "move_state",
    "move_version",
    "part",
    "reconcile",
    "relate",
    "revise",
]
