"""YAML to plain data, and on which line each thing stands.

Scalars follow YAML 1.2: `14:00` is a text and not 840, `yes` is a text and not true,
a date stays text until somebody wants a date.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import yaml

from opsdesk.core.settings.mistakes import Notebook, Where
from probes.finding import Words

_MOST_NODES = 200_000  # aliases of aliases of aliases end here
_DEEPEST = 40
_PLAIN = "tag:yaml.org,2002:"


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A loader whose plain scalars are YAML 1.2's."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}


_Loader.add_implicit_resolver(
    _PLAIN + "bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Loader.add_implicit_resolver(
    _PLAIN + "null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""]
)
_Loader.add_implicit_resolver(
    _PLAIN + "int", re.compile(r"^[-+]?[0-9]+$"), list("-+0123456789")
)
_Loader.add_implicit_resolver(
    _PLAIN + "float",
    re.compile(r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$"),
    list("-+.0123456789"),
)
_Loader.add_implicit_resolver(_PLAIN + "merge", re.compile(r"^<<$"), ["<"])


@dataclass(slots=True)
class Document:
    """What the file says. `data` is {} where it could not be read at all."""

    data: dict[str, Any] = field(default_factory=dict)
    lines: dict[Where, int] = field(default_factory=dict)
    notebook: Notebook = field(init=False)
    _nodes: int = 0

    def __post_init__(self) -> None:
        self.notebook = Notebook(self.lines)


def read(path: Path) -> Document:
    """Read the file; whatever is wrong with it is in the document's notebook."""
    document = Document()
    text = _text(path, document.notebook)
    if text is None:
        return document
    try:
        root = yaml.compose(text, Loader=_Loader)
        if root is None:
            document.notebook.note((), _EMPTY)
        elif not isinstance(root, yaml.MappingNode):
            document.notebook.note((), _NOT_A_MAPPING)
        else:
            document.data = _mapping(root, (), document)
    except yaml.YAMLError as error:
        _note_syntax(error, document)
    except (_TooMuch, RecursionError):
        document.notebook.note((), _TOO_MUCH)
        document.data = {}
    return document


_EMPTY = Words(
    "文件是空的。请用 opsdesk init 生成一份，或照 docs/configuration.md 填写。",
    "The file is empty. Have `opsdesk init` write one, or follow "
    "docs/configuration.md.",
)
_NOT_A_MAPPING = Words(
    "文件应由“名称: 值”组成（半角冒号，后跟空格），例如 desk: {name: 运维台}。",
    "The file must be made of `name: value` lines, such as `desk: {name: Desk}`.",
)
_TOO_MUCH = Words(
    "文件嵌套过深、引用成环或展开后过大。",
    "The file is nested too deeply, refers to itself or is too large.",
)


class _TooMuch(Exception):
    """More nodes than any honest configuration has."""


def _text(path: Path, notebook: Notebook) -> str | None:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        words = Words(
            "没有这个文件。请运行 opsdesk init 生成，或用 --config 指明位置。",
            "There is no such file. Run `opsdesk init`, or name it with --config.",
        )
    except UnicodeDecodeError as error:
        words = Words(
            "文件不是 UTF-8 编码（第 {byte} 字节），请另存为 UTF-8。",
            "The file is not UTF-8 (at byte {byte}); save it as UTF-8.",
        ).fill(byte=error.start + 1)
    except OSError as error:
        words = Words(
            "读不了这个文件：{why}。", "The file cannot be read: {why}."
        ).fill(why=error.strerror or error)
    except ValueError:  # a NUL in the path
        words = Words("文件名无效。", "The file name is not valid.")
    notebook.note((), words)
    return None


def _note_syntax(error: yaml.YAMLError, document: Document) -> None:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or error
    line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
    if line:
        document.lines[()] = line
    document.data = {}
    at = Words(
        f"第 {line} 行第 {column} 列" if line else "",
        f" at line {line}, column {column}" if line else "",
    )
    document.notebook.note(
        (),
        Words(
            f"不是有效的 YAML{at.zh}:{problem}。请检查缩进（用空格）、冒号和引号。",
            f"Not YAML{at.en}: {problem}. Look at the indent (spaces only), colons "
            "and quotes.",
        ),
    )


def _value(node: yaml.Node, where: Where, document: Document) -> Any:
    document._nodes += 1  # noqa: SLF001 - the document counts for us
    if document._nodes > _MOST_NODES or len(where) > _DEEPEST:  # noqa: SLF001
        raise _TooMuch
    document.lines.setdefault(where, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, where, document)
    if isinstance(node, yaml.SequenceNode):
        return [
            _value(item, (*where, index), document)
            for index, item in enumerate(node.value)
        ]
    return _scalar(node, where, document)


def _mapping(node: yaml.MappingNode, where: Where, document: Document) -> Any:
    if node.tag != _PLAIN + "map":
        _note_tag(node, where, document)
    found: dict[str, Any] = {}
    merged: dict[str, Any] = {}
    for key_node, value_node in node.value:
        if key_node.tag == _PLAIN + "merge":
            merged |= _merged(value_node, where, document)
            continue
        key = _key(key_node, where, document)
        line = key_node.start_mark.line + 1
        if key in found:
            first = document.lines[(*where, key)]
            document.lines[(*where, key)] = line
            document.notebook.note((*where, key), _TWICE.fill(key=key, first=first))
            continue
        document.lines[(*where, key)] = line
        found[key] = _value(value_node, (*where, key), document)
    return merged | found


def _merged(node: yaml.Node, where: Where, document: Document) -> dict[str, Any]:
    parts = node.value if isinstance(node, yaml.SequenceNode) else [node]
    merged: dict[str, Any] = {}
    for part in parts:
        value = _value(part, (*where, "<<"), document)
        if not isinstance(value, dict):
            document.notebook.note((*where, "<<"), _BAD_MERGE)
            continue
        merged = value | merged
    return merged


def _key(node: yaml.Node, where: Where, document: Document) -> str:
    if isinstance(node, yaml.ScalarNode):
        return str(node.value)
    document.lines.setdefault((*where, "?"), node.start_mark.line + 1)
    document.notebook.note((*where, "?"), _BAD_KEY)
    return "?"


def _scalar(node: yaml.Node, where: Where, document: Document) -> Any:
    text = str(node.value)
    match node.tag.removeprefix(_PLAIN):
        case "null" | "bool":
            return {"t": True, "f": False}.get(text[:1].lower())
        case "int" if len(text) <= 18:  # noqa: PLR2004 - what fits 64 bits
            return int(text)
        case "float":
            return float(text)
        case "str" | "int" | "merge":
            return text
        case _:
            _note_tag(node, where, document)
            return None


def _note_tag(node: yaml.Node, where: Where, document: Document) -> None:
    document.notebook.note(where, _BAD_TAG.fill(tag=node.tag))


_TWICE = Words(
    "{key} 写了两次（第 {first} 行已有），请只留一处。",
    "{key} is written twice (first on line {first}); keep one.",
)
_BAD_KEY = Words("名称应为一段文字。", "A name must be plain text.")
_BAD_MERGE = Words(
    "<< 只能引用一组“名称: 值”。", "<< can only take in a set of `name: value`."
)
_BAD_TAG = Words("不接受标签 {tag}。", "The tag {tag} is not accepted.")
