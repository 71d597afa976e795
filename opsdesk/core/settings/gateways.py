"""`via`: every jump host on the way, outermost first, and no way that bites its tail."""

from __future__ import annotations

from opsdesk.core.settings.estate import Estate
from opsdesk.core.settings.mistakes import near_miss
from probes.finding import Words
from probes.server import Transport

_LONGEST = 8  # jump hosts in a row; nobody has as many


def chains(estate: Estate) -> dict[str, tuple[str, ...]]:
    """Return each server's full way, gateways before those that need them.

    A gateway's own gateways are put in front of it, so `via: [inner]` is enough where
    `inner` says `via: [outer]`.
    """
    _check_names(estate)
    found: dict[str, tuple[str, ...]] = {}
    for name in estate.drafts:
        _walk(name, (), estate, found)
    return found


def _check_names(estate: Estate) -> None:
    for name, form in estate.forms.items():
        for index, hop in enumerate(form.via):
            where = (*estate.places[name], "via", index)
            draft = estate.drafts.get(hop)
            if hop not in estate.places:
                near = near_miss(hop, estate.places)
                estate.book.note(where, _NO_HOP.fill(name=hop, zh=near.zh, en=near.en))
            elif draft and draft.transport in {Transport.NONE, Transport.LOCAL}:
                estate.book.note(where, _NOT_A_HOP.fill(name=hop))


def _walk(
    name: str,
    path: tuple[str, ...],
    estate: Estate,
    found: dict[str, tuple[str, ...]],
) -> tuple[str, ...]:
    if name in found:
        return found[name]
    if name in path:
        loop = (*path[path.index(name) :], name)
        where = (*estate.places[path[-1]], "via")
        estate.book.note(where, _LOOP.fill(loop=" → ".join(loop)))
        return ()
    if len(path) > _LONGEST:
        estate.book.note((*estate.places[name], "via"), _TOO_LONG)
        return ()
    way: list[str] = []
    for hop in estate.forms[name].via:
        if hop in estate.drafts:
            way += [*_walk(hop, (*path, name), estate, found), hop]
    found[name] = tuple(dict.fromkeys(way))
    return found[name]


_NO_HOP = Words(
    "跳板机 {name} 不在 servers 中。{zh}", "The jump host {name} is no server here.{en}"
)
_NOT_A_HOP = Words(
    "{name} 不走 SSH，不能作跳板机。",
    "{name} is not reached by SSH and cannot be a jump host.",
)
_TOO_LONG = Words("跳板机一个接一个，超过 8 级。", "More than 8 jump hosts in a row.")
_LOOP = Words("跳板机绕成了圈：{loop}。", "The jump hosts form a loop: {loop}.")
