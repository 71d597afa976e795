"""YAML to plain data, and where in the file each thing stands.

Scalars stay text, but for true, false and null: `14:00` is no number and `on` no truth.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from yaml.reader import ReaderError

from runbooks.plan import Title

Where = tuple[str | int, ...]
LARGEST = 1 << 18
_MOST_NODES = 20_000  # aliases of aliases of aliases end here
_DEEPEST = 20
_TRUTHS = {"true": True, "false": False}
_NOTHING = {"", "~", "null"}


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One thing to put right. Lines and columns count from 1; 0 where there is none."""

    line: int
    column: int
    path: str
    words: Title = field(compare=False)


@dataclass(slots=True)
class Source:
    """What a file says, where, and what is wrong with it so far."""

    data: Any = None
    places: dict[Where, tuple[int, int]] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    spoiled: set[Where] = field(default_factory=set)  # what cannot be leaned on
    nodes: int = 0

    def note(self, where: Where, zh: str, en: str) -> None:
        """Note a mistake at a place, or at the nearest thing around it."""
        near = where
        while near and near not in self.places:
            near = near[:-1]
        line, column = self.places.get(near, (1, 1))
        self.mistakes.append(Mistake(line, column, dotted(where), Title(zh, en)))
        self.spoiled.add(where)


def dotted(where: Where) -> str:
    """Return a place as people write it: `steps[2].after[0]`."""
    text = ""
    for step in where:
        dot = "." if text else ""
        text += f"[{step}]" if isinstance(step, int) else f"{dot}{step}"
    return text


def read(path: Path) -> Source:
    """Read a file; whatever keeps it from being read is a mistake in the source."""
    source = Source()
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        source.note((), f"读不了这个文件：{why}。", f"The file cannot be read: {why}.")
        return source
    return parse(content)


def parse(content: bytes) -> Source:
    """Read the bytes of a file."""
    source = Source()
    if len(content) > LARGEST:
        source.note((), "文件超过 256 KiB。", "The file is larger than 256 KiB.")
        return source
    text = ""
    try:
        text = content.decode("utf-8-sig")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        source.data = None if root is None else _value(root, (), source)
    except UnicodeDecodeError as error:
        byte = error.start + 1
        source.note(
            (),
            f"文件不是 UTF-8 编码（第 {byte} 字节）。",
            f"The file is not UTF-8 (at byte {byte}).",
        )
    except yaml.YAMLError as error:
        _note_syntax(error, text, source)
    except (_TooMuch, RecursionError):
        source.note(
            (),
            "文件嵌套过深、引用成环或展开后过大。",
            "The file is nested too deeply, refers to itself or is too large.",
        )
        source.data = None
    return source


class _TooMuch(Exception):
    """More nodes than any honest plan has."""


def _note_syntax(error: yaml.YAMLError, text: str, source: Source) -> None:
    if isinstance(error, ReaderError):
        before = text[: error.position]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        source.places[()] = (line, column)
        source.note(
            (),
            f"不能有 U+{ord(text[error.position]):04X} 这样的控制字符。",
            f"There is a control character, U+{ord(text[error.position]):04X}.",
        )
        return
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None)
    said = " ".join(str(problem or error).split())
    if mark is not None:
        source.places[()] = (mark.line + 1, mark.column + 1)
    source.note(
        (),
        f"不是有效的 YAML：{said}。请检查缩进（用空格）、冒号和引号。",
        f"Not YAML: {said}. Look at the indent (spaces only), colons and quotes.",
    )


def _value(node: yaml.Node, where: Where, source: Source) -> Any:
    source.nodes += 1
    if source.nodes > _MOST_NODES or len(where) > _DEEPEST:
        raise _TooMuch
    mark = node.start_mark
    source.places.setdefault(where, (mark.line + 1, mark.column + 1))
    if isinstance(node, yaml.MappingNode):
        return dict(_pairs(node, where, source))
    if isinstance(node, yaml.SequenceNode):
        return [
            _value(item, (*where, at), source) for at, item in enumerate(node.value)
        ]
    return _scalar(node)


def _scalar(node: yaml.Node) -> Any:
    text = str(node.value)
    if getattr(node, "style", None) is not None:  # quoted, or a block
        return text
    if text.lower() in _NOTHING:
        return None
    return _TRUTHS.get(text.lower(), text)


def _pairs(
    node: yaml.MappingNode, where: Where, source: Source
) -> Iterator[tuple[str, Any]]:
    seen: dict[str, int] = {}
    for key_node, value_node in node.value:
        line, column = key_node.start_mark.line + 1, key_node.start_mark.column + 1
        if not isinstance(key_node, yaml.ScalarNode):
            source.note(where, "名称应是一个词。", "A key must be a word.")
            continue
        key = str(key_node.value)
        place = (*where, key)
        if key in seen:
            source.mistakes.append(
                Mistake(
                    line,
                    column,
                    dotted(place),
                    Title(
                        f"{key} 写了两次（第一次在第 {seen[key]} 行）。",
                        f"{key} stands here twice (first on line {seen[key]}).",
                    ),
                )
            )
            continue
        seen[key] = line
        source.places[place] = (line, column)
        yield key, _value(value_node, place, source)
