"""The configuration library's screens: one blueprint, its views by hand."""

from opsdesk.web.assets import editing, items, relations
from opsdesk.web.assets.blueprint import screen

__all__ = ["editing", "items", "relations", "screen"]
