"""Imports every table, for migrations and tests."""

from opsdesk.archive import models as archive
from opsdesk.assets import models as assets
from opsdesk.changes import models as changes
from opsdesk.core import audit_models as audit
from opsdesk.core.database import Row
from opsdesk.core.outbox import models as outbox
from opsdesk.inspections import models as inspections
from opsdesk.people import models as people
from opsdesk.people.handover import models as handover
from opsdesk.people.roster import models as roster
from opsdesk.reporting import models as reporting
from opsdesk.responses import models as responses
from opsdesk.tickets import models as tickets

TABLES = (
    audit,
    outbox,
    people,
    roster,
    handover,
    assets,
    tickets,
    changes,
    archive,
    inspections,
    responses,
    reporting,
)
metadata = Row.metadata
