"""The roster's screens: the month, the plan, and one's own duties."""

from opsdesk.web.roster import mine, month, planning
from opsdesk.web.roster.blueprint import screen

__all__ = ["mine", "month", "planning", "screen"]
