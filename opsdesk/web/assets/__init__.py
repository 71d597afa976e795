"""The configuration library's screens: one blueprint, its views by hand."""

from opsdesk.web.assets import (
    audits,
    drifts,
    editing,
    items,
    past,
    relations,
    transfer,
)
from opsdesk.web.assets.blueprint import screen

__all__ = [
    "audits",
    "drifts",
    "editing",
    "items",
    "past",
    "relations",
    "screen",
    "transfer",
]
