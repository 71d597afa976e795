"""The blueprint of the configuration library, and what its templates may call."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from opsdesk.assets import words as library
from opsdesk.assets.fields import Value, spelled, told
from opsdesk.assets.item_types import BY_TYPE, STATES, TYPES
from opsdesk.assets.models import CauseKind, Kind, State, Type
from opsdesk.web.language import words
from opsdesk.web.words import gettext as _

screen = Blueprint("assets", __name__, url_prefix="/assets")

STATE_SHAPES = {
    State.PLANNED: "circle-dashed",
    State.TESTING: "stethoscope",
    State.IN_USE: "circle-check",
    State.REPAIR: "tool",
    State.STOPPED: "minus",
    State.SCRAPPED: "x",
}
_LONG = 300


def type_word(kind: Type | str) -> str:
    """Return what a type is called."""
    return words(BY_TYPE[Type(kind)].words)


def state_word(state: State | str) -> str:
    """Return what a state of life is called."""
    return words(STATES[State(state)])


def relation_word(kind: Kind | str) -> str:
    """Return how one item hangs on another, in words."""
    return words(library.RELATIONS[Kind(kind)])


def field_word(kind: Type | str, name: str) -> str:
    """Return what a field is called, with its unit."""
    field = BY_TYPE[Type(kind)].field(name)
    if field is None:
        return words(library.OWN[name]) if name in library.OWN else name
    return words(field.label) + (f" ({field.unit})" if field.unit else "")


def value_word(kind: Type | str, name: str, value: Value | None) -> str:
    """Return a value as people read it; / for none."""
    if value is None or value in ("", []):
        return "/"
    if name == "state":
        return state_word(str(value))
    if name == "relations":
        return _relations(value)
    said = told(BY_TYPE[Type(kind)].field(name), value)
    text = said if isinstance(said, str) else words(said)
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"


def _relations(value: Any) -> str:
    return _("；").join(f"{relation_word(kind)} {code}" for kind, code in value)


@screen.context_processor
def _spoken() -> dict[str, Any]:
    return {
        "item_types": TYPES,
        "item_states": STATES,
        "relation_kinds": library.RELATIONS,
        "cause_words": library.CAUSES,
        "drift_words": library.DRIFTS,
        "outcome_words": library.OUTCOMES,
        "type_word": type_word,
        "item_state_word": state_word,
        "item_state_shapes": STATE_SHAPES,
        "relation_word": relation_word,
        "field_word": field_word,
        "value_word": value_word,
        "spelled": spelled,
        "by_hand": (CauseKind.CORRECTION, CauseKind.CHANGE, CauseKind.REPAIR),
    }
