"""What a run must be told, typed by the plan and checked against what there is.

A value is never text for a shell: it names something of config.yaml, or is matched
against the plan's pattern as a whole. What a mistake would destroy is typed twice.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from opsdesk.core.language import RefusedInWords
from opsdesk.core.settings import Settings
from opsdesk.core.text import storable
from opsdesk.responses.refusals import plain
from probes.finding import Words
from runbooks.plan import Kind, Parameter, Plan

LONGEST = 400
_UNIT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@:-]{0,127}")
_PLACE = re.compile(r"\{([a-z][a-z0-9_-]*)\}")


class WrongParameter(RefusedInWords):
    """A parameter cannot be taken; `name` says which one."""

    def __init__(self, name: str, words: Words) -> None:
        self.name = name
        super().__init__(words)


def read(
    plan: Plan,
    values: Mapping[str, str],
    confirmed: Mapping[str, str],
    settings: Settings,
    *,
    complete: bool,
) -> dict[str, str]:
    """Return the run's parameters. Raises WrongParameter for the first that is wrong.

    `complete`: required ones must be there; an emergency may fill them in later.
    """
    known = {one.name for one in plan.parameters}
    for name in values:
        if name not in known:
            raise WrongParameter(name, _STRANGE.fill(name=plain(name)))
    taken = {}
    for parameter in plan.parameters:
        value = storable(values.get(parameter.name, "") or parameter.default).strip()
        if value:
            _check(parameter, value, settings)
            _confirm(parameter, value, values, confirmed)
            taken[parameter.name] = value
        elif parameter.required and complete:
            raise WrongParameter(
                parameter.name,
                _MISSING.fill(zh=parameter.title.zh, en=parameter.title.en),
            )
    return taken


def filled(arguments: Mapping[str, str], taken: Mapping[str, str]) -> dict[str, str]:
    """Return a step's arguments with parameters put in as whole values."""
    return {
        name: _PLACE.sub(lambda m: taken.get(m.group(1), m.group(0)), value)
        for name, value in arguments.items()
    }


def lacking(arguments: Mapping[str, str], taken: Mapping[str, str]) -> tuple[str, ...]:
    """Return the parameters that arguments name and the run does not have."""
    named = {n for value in arguments.values() for n in _PLACE.findall(value)}
    return tuple(sorted(named - set(taken)))


def _check(parameter: Parameter, value: str, settings: Settings) -> None:
    title = {"zh": parameter.title.zh, "en": parameter.title.en}
    if len(value) > LONGEST or "\n" in value or "\0" in value:
        raise WrongParameter(parameter.name, _LONG.fill(**title))
    there = _places(parameter, settings)
    if there is not None and value not in there:
        words = _NOT_THERE.fill(**title, value=plain(value), known=_some(there))
        raise WrongParameter(parameter.name, words)
    if not _fits(parameter, value):
        words = _BAD.fill(**title, value=plain(value))
        raise WrongParameter(parameter.name, words)


def choices(parameter: Parameter, settings: Settings) -> tuple[str, ...]:
    """Return what a parameter may name; () where any text will do, or nothing is there."""
    return tuple(sorted(_places(parameter, settings) or ()))


def _places(parameter: Parameter, settings: Settings) -> Collection[str] | None:
    """Return what a parameter may name; None where any text will do."""
    there: dict[Kind, Collection[str]] = {
        Kind.SERVER: [server.name for server in settings.servers],
        Kind.BACKUP: list(settings.backups),
        Kind.TARGET: list(settings.scratch_targets),
        Kind.SWITCH: list(settings.switches),
        Kind.CHOICE: parameter.choices,
    }
    return there.get(parameter.kind)


def _fits(parameter: Parameter, value: str) -> bool:
    if parameter.kind is Kind.NUMBER and not re.fullmatch(r"-?\d{1,12}(\.\d+)?", value):
        return False
    if parameter.kind is Kind.SERVICE and not _UNIT.fullmatch(value):
        return False
    return not parameter.pattern or bool(re.fullmatch(parameter.pattern, value))


def _confirm(
    parameter: Parameter,
    value: str,
    values: Mapping[str, str],
    confirmed: Mapping[str, str],
) -> None:
    """Want it typed twice; what nobody typed, a default, needs its second typing too."""
    if not parameter.confirm:
        return
    if confirmed.get(parameter.name, "").strip() == value and values.get(
        parameter.name
    ):
        return
    title = {"zh": parameter.title.zh, "en": parameter.title.en}
    raise WrongParameter(parameter.name, _TWICE.fill(**title))


def _some(there: Collection[str]) -> str:
    return plain("、".join(sorted(there)[:8])) or "—"


_STRANGE = Words("预案没有参数 {name}。", "The plan has no parameter {name}.")
_MISSING = Words(
    "请填写「{zh}」。没有保存任何内容。", "{en} is still empty. Nothing was saved."
)
_LONG = Words(
    "「{zh}」只能是一行，且不超过 400 字。没有保存任何内容。",
    "{en} is one line of at most 400 characters. Nothing was saved.",
)
_NOT_THERE = Words(
    "「{zh}」填的 {value} 不在配置里，没有执行任何操作。可选：{known}。",
    "{en}: {value} is not in the configuration, so nothing was done. There are: {known}.",
)
_BAD = Words(
    "「{zh}」填的 {value} 不符合预案的要求。没有保存任何内容。",
    "{en}: {value} is not what the plan asks for. Nothing was saved.",
)
_TWICE = Words(
    "「{zh}」两次输入不一致。填错会毁掉数据，请再亲手输入一遍。没有保存任何内容。",
    "{en}: the two entries differ. A mistake here destroys data: type it again by hand. "
    "Nothing was saved.",
)
