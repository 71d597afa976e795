"""Changes to config.yaml as text, so that a person's comments and order stay.

Every change is tried on a copy first and kept only if the copy loads.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from opsdesk.core.language import RefusedInWords
from opsdesk.core.settings.model import Settings
from opsdesk.core.settings.reading import load
from probes.finding import Words


def appended(text: str, section: str, entries: Any) -> str:
    """Return the text with entries put at the end of a top-level list or mapping."""
    root = _root(text)
    _, value = _item(root, section)
    end = _newline(text)
    if value is None:
        body = end.join([f"{section}:", *_block(entries, "  "), ""])
        return text.rstrip() + end + end + body
    if _is_nothing(value):
        return _in_place_of_nothing(text, value, _block(entries, "  "))
    if not isinstance(value, yaml.CollectionNode) or value.flow_style:
        raise RefusedInWords(_FLOW, section=section)
    indent = " " * value.start_mark.column
    return _inserted(text, _last_line(value) + 1, _block(entries, indent))


def pinned(text: str, index: int, host_key: str) -> str:
    """Return the text with the server at an index of `servers` pinned to a key."""
    _, servers = _item(_root(text), "servers")
    if not isinstance(servers, yaml.SequenceNode) or index >= len(servers.value):
        raise RefusedInWords(_NOT_THERE)
    node = servers.value[index]
    if not isinstance(node, yaml.MappingNode) or servers.value.count(node) > 1:
        raise RefusedInWords(_NOT_THERE)
    quoted = f'"{host_key}"'
    _, old = _item(node, "host_key")
    if old is not None and (old.start_mark.index < node.start_mark.index):
        raise RefusedInWords(_NOT_THERE)  # an alias: its text belongs to another
    if old is not None and (isinstance(old, yaml.ScalarNode) or _is_flow(old)):
        return _replaced(text, old, quoted)
    if old is not None:
        raise RefusedInWords(_BLOCK_KEYS)
    key, value = _anchor(node)
    if node.flow_style:
        at = value.end_mark.index
        return f"{text[:at]}, host_key: {quoted}{text[at:]}"
    line = " " * key.start_mark.column + f"host_key: {quoted}"
    return _inserted(text, _last_line(value) + 1, [line])


def replace_if_it_loads(
    path: Path,
    old: str,
    new: str,
    *,
    environ: Mapping[str, str],
    wanted: Callable[[Settings], bool] = lambda _settings: True,
) -> None:
    """Put the new text in the file's place if it loads and is what was `wanted`.

    Raises BadSettings or Refused, and then the file is as it was. The copy that is
    tried lies beside the file, so that relative paths mean the same.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    copy = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(new.encode())
            file.flush()
            os.fsync(file.fileno())
        _check(load(copy, environ=environ), path, old, wanted)
        copy.chmod(path.stat().st_mode & 0o777)
        copy.replace(path.resolve())
    except BaseException:
        with suppress(OSError):
            copy.unlink()
        raise


def _check(
    settings: Settings, path: Path, old: str, wanted: Callable[[Settings], bool]
) -> None:
    if path.read_bytes() != old.encode():
        raise RefusedInWords(_CHANGED, path=path)
    if not wanted(settings):
        raise RefusedInWords(_NOT_THERE)


def text_of(path: Path) -> str:
    """Return the file's text with its own line ends."""
    return path.read_bytes().decode()


def _root(text: str) -> yaml.MappingNode:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        raise RefusedInWords(_NOT_THERE)
    return root


def _item(
    node: yaml.MappingNode, name: str
) -> tuple[yaml.Node | None, yaml.Node | None]:
    for key, value in node.value:
        if isinstance(key, yaml.ScalarNode) and key.value == name:
            return key, value
    return None, None


def _is_nothing(node: yaml.Node) -> bool:
    if isinstance(node, yaml.ScalarNode):
        return bool(node.tag == "tag:yaml.org,2002:null")
    return not node.value


def _is_flow(node: yaml.Node | None) -> bool:
    return isinstance(node, yaml.CollectionNode) and bool(node.flow_style)


def _anchor(node: yaml.MappingNode) -> tuple[yaml.Node, yaml.Node]:
    """Return the item after which a host key goes: the address, or else the name."""
    for name in ("address", "name"):
        key, value = _item(node, name)
        if key is not None and isinstance(value, yaml.ScalarNode):
            return key, value
    raise RefusedInWords(_NOT_THERE)


def _replaced(text: str, node: yaml.Node, new: str) -> str:
    start, end = node.start_mark.index, node.end_mark.index
    return text[:start] + new + text[end:]


def _in_place_of_nothing(text: str, node: yaml.Node, lines: Sequence[str]) -> str:
    emptied = _replaced(text, node, "").splitlines(keepends=True)
    line = node.start_mark.line
    emptied[line] = emptied[line].rstrip() + _newline(text)
    return _inserted("".join(emptied), line + 1, lines)


def _inserted(text: str, line: int, lines: Sequence[str]) -> str:
    end = _newline(text)
    have = text.splitlines(keepends=True)
    if have and not have[-1].endswith("\n"):
        have[-1] += end
    return "".join([*have[:line], *(one + end for one in lines), *have[line:]])


def _last_line(node: yaml.Node) -> int:
    """Return the last line that holds something of a node.

    A block's own end mark is behind the comments that follow it.
    """
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return max(map(_last_line, last if isinstance(last, tuple) else (last,)))
    end = node.end_mark
    is_block_text = isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")
    return int(end.line - 1 if is_block_text and end.column == 0 else end.line)


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _block(entries: Any, indent: str) -> list[str]:
    dumped = yaml.safe_dump(
        entries,
        allow_unicode=True,
        sort_keys=False,
        default_flow_style=None,
        width=10_000,
    )
    return [indent + line if line else line for line in dumped.splitlines()]


_FLOW = Words(
    "{section} 写成了一行（[…] 或 {{…}}），无法在后面追加，什么都没有改动。"
    "请改为每行一项，或把上面的内容手工加入。",
    "`{section}` is written on one line ([…] or {{…}}), so nothing can be added to it; "
    "nothing was changed. Write one entry a line, or add the lines above by hand.",
)
_NOT_THERE = Words(
    "配置文件的写法（别名或一行式）无法安全修改，什么都没有改动。请手工填写。",
    "The way the configuration is written (an alias, say) cannot be edited safely; "
    "nothing was changed. Please edit it by hand.",
)
_BLOCK_KEYS = Words(
    "这台服务器的 host_key 是多行列表，什么都没有改动。请手工修改。",
    "This server's host_key is a list over several lines; nothing was changed. Please "
    "edit it by hand.",
)
_CHANGED = Words(
    "{path} 刚被别人改动，什么都没有写入。请重试。",
    "{path} was changed by somebody else just now; nothing was written. Try again.",
)
