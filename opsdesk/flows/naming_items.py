"""The configuration items that people name: by code, or as they call a server."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from sqlalchemy.orm import Session

from opsdesk.assets.queries.items import codes_named
from opsdesk.core.settings import Settings
from opsdesk.tickets.entering import Mistaken
from opsdesk.tickets.operations.editing import Edition
from opsdesk.tickets.operations.holding import held
from opsdesk.tickets.operations.indexing_items import named_items
from opsdesk.tickets.operations.moving import Step
from opsdesk.tickets.operations.opening import Opening
from opsdesk.tickets.register import Register, Shape
from probes.finding import Words

Typed = TypeVar("Typed", Opening, Edition, Step)


def settle(
    session: Session, settings: Settings, register: Register, typed: Typed, number: str
) -> Typed:
    """Return what was typed with items by their codes; `number`: empty for a new one.

    A configured server that is not in the library yet keeps its name, and so does what
    the ticket names already. Raises Mistaken for anything else that a person names.
    """
    named = named_items(register, typed.values)
    if not named:
        return typed
    codes = codes_named(session, named)
    kept = {one.name for one in settings.servers}
    if number:
        kept |= named_items(register, held(session, number).sheet)
    if getattr(typed, "fingerprint", None) is not None:
        kept |= named  # found by a round, whatever has become of the server since
    unknown = named - codes.keys() - kept
    values, mistakes = dict(typed.values), {}
    for field in register.fields.values():
        if field.shape is Shape.ITEMS and (given := values.get(field.name)):
            strange = [one for one in given if one in unknown]
            if strange:
                mistakes[field.name] = _UNKNOWN.fill(codes="、".join(strange))
            settled = (codes.get(one, one) for one in given)
            values[field.name] = list(dict.fromkeys(settled))
    if mistakes:
        raise Mistaken(mistakes)
    return replace(typed, values=values)


_UNKNOWN = Words(
    "配置库里没有「{codes}」：请核对编号或名称，或先到配置库登记。",
    "The configuration library has no “{codes}”: check the code or name, or enrol it.",
)
