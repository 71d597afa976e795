"""A form from plain data; what does not fit it goes to the notebook."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, TypeVar, get_args

from pydantic import ValidationError

from opsdesk.core.settings.forms import Form
from opsdesk.core.settings.mistakes import Notebook, Where, near_miss
from opsdesk.core.settings.sentences import words_for
from probes.finding import Words

F = TypeVar("F", bound=Form)

_UNKNOWN = Words("没有 {key} 这个配置项。{zh}", "There is no setting {key}.{en}")
_NOT_A_SET = Words(
    "应为“名称: 值”的一组内容。", "This should be a set of `name: value` lines."
)


def form(kind: type[F], value: Any, where: Where, notebook: Notebook) -> F | None:
    """Return the form after every mistake in it was noted.

    What is wrong is left out of it, so that the rest can still be looked at; None where
    nothing sensible remains.
    """
    value = {} if value is None else value
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        details = error.errors(include_url=False)
    for detail in details:
        place = tuple(detail["loc"])
        words = words_for(detail)
        if detail["type"] == "extra_forbidden":
            words = unknown_key(str(place[-1]), _keys_at(kind, place[:-1]))
        notebook.note((*where, *place), words)
    return _remains(kind, value, [tuple(detail["loc"]) for detail in details])


def _remains(kind: type[F], value: Any, places: list[Where]) -> F | None:
    """Return the form without its bad values, or without all that holds them."""
    if not isinstance(value, dict):
        return None
    for depth in (None, 1):
        rest = deepcopy(value)
        for place in places:
            _cut(rest, place[:depth])
        try:
            return kind.model_validate(rest)
        except ValidationError:
            continue
    return None


def _cut(value: Any, place: Where) -> None:
    """Take the innermost key of a place out of nested data, where it is there."""
    names = [index for index, step in enumerate(place) if isinstance(step, str)]
    if not names:
        return
    for step in place[: names[-1]]:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return
    if isinstance(value, dict):
        value.pop(place[names[-1]], None)


def unknown_key(key: str, known: frozenset[str]) -> Words:
    """Return the sentence that refuses a key, with what was perhaps meant."""
    near = near_miss(key, known)
    return _UNKNOWN.fill(key=key, zh=near.zh, en=near.en)


def mapping(value: Any, where: Where, notebook: Notebook) -> dict[str, Any]:
    """Return a set of `name: value`; {} where there is none, noted where it is not."""
    if isinstance(value, dict):
        return value
    if value is not None:
        notebook.note(where, _NOT_A_SET)
    return {}


def _keys_at(kind: type[Form], place: Where) -> frozenset[str]:
    """Return the keys that are known at a place inside a form."""
    here: Any = kind
    for step in place:
        fields = getattr(here, "model_fields", None)
        if isinstance(step, str) and fields is not None:
            here = next(
                (f.annotation for name, f in fields.items() if step in (name, f.alias)),
                None,
            )
        here = _form_in(here)
    return (
        here.known()
        if isinstance(here, type) and issubclass(here, Form)
        else (frozenset())
    )


def _form_in(annotation: Any) -> Any:
    """Return the form inside `list[Form]`, `dict[str, Form]` or `Form | None`."""
    if isinstance(annotation, type) and issubclass(annotation, Form):
        return annotation
    for part in get_args(annotation):
        inner = _form_in(part)
        if inner is not None:
            return inner
    return None
