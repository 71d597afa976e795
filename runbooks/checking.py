"""What the parts of a plan say of each other, checked once each part is sound by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from runbooks.plan import Action, Doing, Kind, Level, Mode, Plan, Precheck, Step
from runbooks.source import Where

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_NUMBER = re.compile(r"[0-9]{1,9}")
_FILLED = re.compile(r"\{([^{}]*)\}")
EACH = "*"
"""In a place: every item of a list."""
_PARTS: tuple[Where, ...] = (("roles", EACH, "part"),)
_POSTS = ("", "primary", "backup", "leader", "lead", "customer")


@dataclass(frozen=True, slots=True)
class Signature:
    """What an action takes, what it cannot do without, and what it answers."""

    takes: Mapping[str, Kind]
    needs: frozenset[str]
    answers: frozenset[str]


def _takes(answers: str, optional: str = "", **takes: Kind) -> Signature:
    left_out = set(optional.split())
    return Signature(takes, frozenset(takes) - left_out, frozenset(answers.split()))


ACTIONS: dict[Action, Signature] = {
    Action.SSH_CHECK: _takes(
        "outcome findings", "probes", server=Kind.SERVER, probes=Kind.TEXT
    ),
    Action.SERVICE_STATUS: _takes(
        "state outcome", server=Kind.SERVER, service=Kind.SERVICE
    ),
    Action.TCP_CHECK: _takes(
        "open outcome milliseconds", server=Kind.SERVER, port=Kind.NUMBER
    ),
    Action.HTTP_CHECK: _takes(
        "status outcome milliseconds",
        "status",
        server=Kind.SERVER,
        url=Kind.TEXT,
        status=Kind.NUMBER,
    ),
    Action.RESTORE_RUN: _takes("outcome", backup=Kind.BACKUP, target=Kind.TARGET),
    Action.RESTORE_VERIFY: _takes(
        "verdict outcome", backup=Kind.BACKUP, target=Kind.TARGET
    ),
    Action.SWITCH: _takes("outcome", switch=Kind.SWITCH, to=Kind.TEXT),
}


@dataclass(frozen=True, slots=True)
class Found:
    """A mistake between parts: where, and in both languages what to do."""

    where: Where
    zh: str
    en: str
    leans: tuple[Where, ...] = ()  # with a mistake in one of these, this may be none


def check(plan: Plan) -> Iterator[Found]:
    """Yield every mistake between the parts of a plan."""
    yield from _names(plan)
    yield from _parts(plan)
    yield from _drill_parts(plan)
    yield from _lists(plan)
    for name, steps in (("steps", plan.steps), ("roll_back", plan.roll_back)):
        yield from _order(steps, name)
        for at, step in enumerate(steps):
            yield from _step(step, (name, at), plan)
    for at, one in enumerate(plan.prechecks):
        where: Where = ("prechecks", at)
        yield from _action(one.action, one.arguments, where, plan)
        yield from _answers(one.action, one.tolerance, (*where, "tolerance"))
    yield from _parameters(plan)
    yield from _quiz(plan)


def _names(plan: Plan) -> Iterator[Found]:
    if not _NAME.fullmatch(plan.id):
        yield _bad_name(("id",), plan.id)
    seen: set[str] = set()
    rows: list[tuple[Where, str]] = [
        *((("prechecks", n, "key"), one.key) for n, one in enumerate(plan.prechecks)),
        *((("steps", n, "key"), one.key) for n, one in enumerate(plan.steps)),
        *((("roll_back", n, "key"), one.key) for n, one in enumerate(plan.roll_back)),
        *((("parameters", n, "name"), p.name) for n, p in enumerate(plan.parameters)),
    ]
    for where, name in rows:
        if not _NAME.fullmatch(name):
            yield _bad_name(where, name)
        word = name if where[0] != "parameters" else f"{{{name}}}"
        if word in seen:
            yield Found(where, f"{name} 已经用过了。", f"{name} is taken already.")
        seen.add(word)


def _bad_name(where: Where, name: str) -> Found:
    return Found(
        where,
        f"{name!r} 不能作名称：用小写字母开头，其后为小写字母、数字、- 或 _，不超过 40 个。",
        f"{name!r} is no name: a small letter, then small letters, digits, - or _, at "
        "most 40.",
    )


def _parts(plan: Plan) -> Iterator[Found]:
    known = {role.part for role in plan.roles}
    for at, role in enumerate(plan.roles):
        if role.from_roster not in _POSTS:
            yield Found(
                ("roles", at, "from_roster"),
                f"{role.from_roster!r} 不是值班岗位：{', '.join(_POSTS[1:])}。",
                f"{role.from_roster!r} is no post: {', '.join(_POSTS[1:])}.",
            )
    for name, steps in (("steps", plan.steps), ("roll_back", plan.roll_back)):
        for at, step in enumerate(steps):
            if step.part not in known:
                yield Found(
                    (name, at, "part"),
                    f"roles 中没有 {step.part}，这一步没有人做。",
                    f"Nobody plays {step.part} in roles; this step is nobody's.",
                    leans=_PARTS,
                )


def _drill_parts(plan: Plan) -> Iterator[Found]:
    known = {role.part for role in plan.roles}
    for at, drill in enumerate(plan.drills):
        for nth, part in enumerate(drill.parts):
            if part not in known:
                yield Found(
                    ("drills", at, "parts", nth),
                    f"roles 中没有 {part}。",
                    f"Nobody plays {part} in roles.",
                    leans=_PARTS,
                )


def _lists(plan: Plan) -> Iterator[Found]:
    levels = [rule.level for rule in plan.levels]
    if sorted(levels) != sorted(Level):
        yield Found(
            ("levels",),
            "四个级别 I、II、III、IV 每个恰好写一次。",
            "Each of the levels I, II, III and IV stands here exactly once.",
            leans=(("levels", EACH, "level"),),
        )
    for name, items in (
        ("activation", plan.activation),
        ("roles", plan.roles),
        ("steps", plan.steps),
        ("drills", plan.drills),
    ):
        if not items:
            yield Found((name,), f"{name} 不能为空。", f"{name} must not be empty.")
    modes = [drill.mode for drill in plan.drills]
    if len(set(modes)) != len(modes):
        yield Found(
            ("drills",),
            "同一种演练方式写了两次。",
            "A mode of drill stands here twice.",
            leans=(("drills", EACH, "mode"),),
        )


def _order(steps: tuple[Step, ...], name: str) -> Iterator[Found]:
    before: set[str] = set()
    for at, step in enumerate(steps):
        for nth, key in enumerate(step.after):
            if key not in before:
                yield Found(
                    (name, at, "after", nth),
                    f"{key} 不是排在前面的步骤。",
                    f"{key} is no step that stands before this one.",
                    leans=((name, EACH, "key"),),
                )
        before.add(step.key)


def _step(step: Step, where: Where, plan: Plan) -> Iterator[Found]:
    doing: tuple[Where, ...] = ((*where, "doing"),)
    if step.doing is Doing.AUTOMATIC:
        if step.action is None:
            yield Found(
                (*where, "action"),
                "自动步骤要写 action。",
                "An automatic step names its action.",
                leans=doing,
            )
        else:
            yield from _action(step.action, step.arguments, where, plan)
            yield from _answers(step.action, step.expect, (*where, "expect"))
    elif step.action is not None or step.arguments or step.expect:
        yield Found(
            (*where, "action"),
            "只有自动步骤才有 action、arguments 和 expect。",
            "Only automatic steps have an action, arguments and expect.",
            leans=doing,
        )
    if step.ttl is not None and step.doing is not Doing.APPROVAL:
        yield Found(
            (*where, "ttl"),
            "只有批准步骤才有 ttl。",
            "Only approvals have a ttl.",
            leans=doing,
        )
    if step.evidence.least and not step.evidence.kinds:
        yield Found(
            (*where, "evidence"),
            "要求证据时须写明 kinds。",
            "Where evidence is asked for, kinds say which.",
            leans=((*where, "evidence", "kinds"), (*where, "evidence", "least")),
        )
    if step.timeout <= timedelta(0):
        yield Found((*where, "timeout"), "时长应大于 0。", "This must be above 0.")


def _action(
    action: Action, arguments: Mapping[str, str], where: Where, plan: Plan
) -> Iterator[Found]:
    signature = ACTIONS[action]
    kinds = {one.name: one.kind for one in plan.parameters}
    named: tuple[Where, ...] = ((*where, "action"),)
    for name in sorted(signature.needs - set(arguments)):
        yield Found(
            (*where, "arguments"),
            f"{action} 需要 {name}。",
            f"{action} needs {name}.",
            leans=named,
        )
    for name, value in arguments.items():
        place = (*where, "arguments", name)
        if name not in signature.takes:
            takes = ", ".join(signature.takes)
            yield Found(
                place,
                f"{action} 不接受 {name}，只接受 {takes}。",
                f"{action} does not take {name}, only {takes}.",
                leans=named,
            )
            continue
        yield from _filled(value, signature.takes[name], place, kinds)


def _filled(
    value: str, wanted: Kind, where: Where, kinds: Mapping[str, Kind]
) -> Iterator[Found]:
    names = _FILLED.findall(value)
    if not names:
        if wanted is Kind.NUMBER and not _NUMBER.fullmatch(value):
            yield Found(
                where,
                f"{value!r} 不是数字，这里需要数字。",
                f"{value!r} is no number; a number is needed here.",
                leans=((*where[:2], "action"),),
            )
        return
    if len(names) > 1 or value != f"{{{names[0]}}}":
        yield Found(
            where,
            "参数只能整个代入：写 {名称}，前后不加别的字。",
            "A parameter is the whole value: {name} with nothing around it.",
        )
    for name in names:
        if name not in kinds:
            yield Found(
                where,
                f"没有名为 {name} 的参数。",
                f"There is no parameter {name}.",
                leans=(("parameters", EACH, "name"),),
            )
        elif wanted not in (Kind.TEXT, kinds[name]):
            yield Found(
                where,
                f"{name} 是 {kinds[name]}，这里需要 {wanted}。",
                f"{name} is a {kinds[name]}; a {wanted} is needed here.",
                leans=(("parameters", EACH, "kind"), (*where[:2], "action")),
            )


def _answers(
    action: Action, wanted: Mapping[str, str], where: Where
) -> Iterator[Found]:
    known = ACTIONS[action].answers
    for name in wanted:
        if name not in known:
            listed = ", ".join(sorted(known))
            yield Found(
                (*where, name),
                f"{action} 不回答 {name}，只回答 {listed}。",
                f"{action} does not answer {name}, only {listed}.",
                leans=((*where[:-1], "action"),),
            )


def _parameters(plan: Plan) -> Iterator[Found]:
    for at, one in enumerate(plan.parameters):
        where: Where = ("parameters", at)
        try:
            re.compile(one.pattern)
        except (re.error, OverflowError, RecursionError):
            yield Found(
                (*where, "pattern"),
                "不是有效的正则表达式。",
                "This is no regular expression.",
            )
        if (one.kind is Kind.CHOICE) != bool(one.choices):
            yield Found(
                (*where, "choices"),
                "kind: choice 须写 choices，其他种类不写。",
                "With kind: choice, and only then, choices say between what.",
                leans=((*where, "kind"),),
            )
        elif one.choices and one.default and one.default not in one.choices:
            yield Found(
                (*where, "default"),
                f"{one.default!r} 不在 choices 之中。",
                f"{one.default!r} is none of the choices.",
                leans=((*where, "choices", EACH),),
            )


def _quiz(plan: Plan) -> Iterator[Found]:
    for at, question in enumerate(plan.quiz):
        if question.right >= len(question.answers):
            yield Found(
                ("quiz", at, "right"),
                f"right 从 0 数起，应小于 {len(question.answers)}。",
                f"right counts from 0 and must be below {len(question.answers)}.",
                leans=(("quiz", at, "answers"),),
            )


def asked_of(one: Step | Precheck, mode: Mode | None) -> bool:
    """Say whether a step belongs to a drill of this mode, or to an emergency (None)."""
    return mode is None or not one.modes or mode in one.modes
