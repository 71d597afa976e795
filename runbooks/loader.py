"""Plans from their files, every mistake told at once; and plans as canonical bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from importlib import resources
from pathlib import Path

from pydantic import TypeAdapter

from runbooks import building, checking, source
from runbooks.plan import SCHEMA, Plan, Title
from runbooks.source import Mistake, Source, Where

_PLAN = TypeAdapter(Plan)


class BadPlan(Exception):
    """A plan's file has mistakes: all of them are here, in the file's order."""

    def __init__(self, path: str, mistakes: Iterable[Mistake]) -> None:
        self.path = path
        self.mistakes = tuple(sorted(mistakes))
        super().__init__("; ".join(told(path, one, "en") for one in self.mistakes))


def told(path: str, mistake: Mistake, language: str) -> str:
    """Return a mistake as `file:line:column: place: what to do`."""
    words = mistake.words.zh if language.startswith("zh") else mistake.words.en
    place = f"{mistake.path}: " if mistake.path else ""
    return f"{path}:{mistake.line}:{mistake.column}: {place}{words}"


def load(path: Path) -> Plan:
    """Return the plan of a file. Raises BadPlan with every mistake in it."""
    return _finished(source.read(path), str(path))


def parse(content: bytes, name: str = "plan.yaml") -> Plan:
    """Return the plan that these bytes of YAML say. Raises BadPlan."""
    return _finished(source.parse(content), name)


def shipped() -> tuple[Plan, ...]:
    """Return the plans that come with the product, by scenario."""
    return tuple(load(path) for path in shipped_files())


def shipped_files() -> Sequence[Path]:
    """Return the files of the plans that come with the product."""
    return plan_files(Path(str(resources.files("runbooks"))) / "plans")


def plan_files(folder: Path) -> Sequence[Path]:
    """Return the plan files of a folder, by name; none where there is no folder."""
    return sorted((*folder.glob("*.yaml"), *folder.glob("*.yml")))


def _finished(read: Source, name: str) -> Plan:
    if not read.mistakes:
        _check_schema(read)
    plan = None
    if isinstance(read.data, dict):
        plan = building.build(read, Plan)
    elif not read.mistakes:
        read.note(
            (),
            "文件应由“名称: 值”组成。",
            "The file must be made of `name: value` lines.",
        )
    if isinstance(plan, Plan):
        spoiled = frozenset(read.spoiled)
        for found in checking.check(plan):
            leaned_on = (found.where, *found.leans)
            if not any(_covers(bad, on) for bad in spoiled for on in leaned_on):
                read.note(found.where, found.zh, found.en)
    if read.mistakes or not isinstance(plan, Plan):
        raise BadPlan(name, read.mistakes)
    return plan


def _covers(spoiled: Where, place: Where) -> bool:
    """Say whether a mistake told already is of this place, or of what it stands in."""
    return len(spoiled) <= len(place) and all(
        one == other or (other == checking.EACH and isinstance(one, int))
        for one, other in zip(spoiled, place, strict=False)
    )


def _check_schema(read: Source) -> None:
    if isinstance(read.data, dict) and read.data.get("schema") != str(SCHEMA):
        read.note(
            ("schema",),
            f"第一行应为 schema: {SCHEMA}。",
            f"The first line must be schema: {SCHEMA}.",
        )


def dumps(plan: Plan) -> bytes:
    """Return a plan as canonical JSON: the same plan is the same bytes."""
    data = {"schema": SCHEMA, "plan": _PLAN.dump_python(plan, mode="json")}
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def loads(content: bytes) -> Plan:
    """Return the plan that `dumps` wrote. Raises ValueError where it did not."""
    data = json.loads(content)
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise ValueError("not a plan of this schema")
    return _PLAN.validate_python(data.get("plan"))


def digest(plan: Plan) -> str:
    """Return the SHA-256 of a plan's canonical bytes, in hex."""
    return hashlib.sha256(dumps(plan)).hexdigest()


def pick(title: Title, language: str) -> str:
    """Return a title in a language."""
    return title.zh if language.startswith("zh") else title.en
