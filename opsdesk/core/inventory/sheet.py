"""A table of servers: CSV, or the first sheet of a workbook that has our columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from opsdesk.core.inventory.entry import (
    Entry,
    Found,
    Problem,
    Unusable,
    as_written,
    jumps,
    named,
    port_of,
    text_of,
)
from opsdesk.core.inventory.guesses import kind_from, kind_named
from probes.finding import Words

HEADS = {
    "name": {"名称", "服务器", "服务器名称", "设备名称", "主机名", "name", "hostname"},
    "kind": {"类别", "类型", "设备类别", "设备类型", "kind", "type"},
    "zone": {"区域", "网络区域", "安全区域", "所在区域", "zone"},
    "address": {"地址", "ip", "ip地址", "管理地址", "address", "ip address", "host"},
    "port": {"端口", "ssh端口", "port", "ssh port"},
    "user": {"用户", "用户名", "账号", "登录账号", "user", "username"},
    "key_file": {"私钥", "私钥文件", "密钥文件", "key_file", "identity_file", "key"},
    "credential": {"凭据", "credential"},
    "via": {"跳板", "跳板机", "网关", "via", "jump", "jump host", "gateway"},
    "host_key": {"主机密钥", "指纹", "host_key", "host key", "fingerprint"},
    "note": {"备注", "说明", "用途", "note", "remark", "description"},
}
"""Column -> the heads it may have."""

PASSWORDS = {"密码", "口令", "password", "passwd", "登录密码"}
_HEAD_WITHIN = 10  # rows; above the head there may be a title

Rows = list[list[str]]


def read_csv(path: Path) -> Found:
    """Read a CSV file; comma, semicolon or tab."""
    text = text_of(path)
    sample = text[:4096]
    delimiter = max(",;\t", key=sample.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise Unusable(_NOT_A_TABLE, path=path, why=error) from error
    found = _table(rows)
    if found is None:
        raise Unusable(_NO_HEAD, path=path)
    return found


def read_workbook(path: Path) -> Found:
    """Read .xlsx, .xls or .ods: the first sheet that has a name and an address."""
    import python_calamine  # noqa: PLC0415 - only for workbooks

    try:
        with python_calamine.CalamineWorkbook.from_path(path) as book:
            names = list(book.sheet_names)
            for place, sheet in enumerate(names):
                rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
                found = _table([[_cell(value) for value in row] for row in rows])
                if found is not None:
                    return _with_others(found, names[:place] + names[place + 1 :])
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise Unusable(_NOT_A_TABLE, path=path, why=error) from error
    raise Unusable(_NO_HEAD, path=path)


def _with_others(found: Found, others: Sequence[str]) -> Found:
    """Return what a sheet holds, and say which sheets were not read."""
    unread = tuple(Problem(name, _OTHER_SHEET.fill(name=name)) for name in others)
    return Found(found.entries, (*found.problems, *unread))


def _cell(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _table(rows: Rows) -> Found | None:
    for index, row in enumerate(rows[:_HEAD_WITHIN]):
        columns, problems = _columns(row)
        if {"name", "address"} <= set(columns):
            below = enumerate(rows[index + 1 :], index + 2)
            entries = [
                entry
                for number, cells in below
                if any(cell.strip() for cell in cells)
                and (entry := _entry(cells, columns, f"row {number}", problems))
            ]
            return Found(tuple(entries), tuple(problems))
    return None


def _columns(row: Sequence[str]) -> tuple[dict[str, int], list[Problem]]:
    columns: dict[str, int] = {}
    problems = []
    for index, head in enumerate(row):
        wanted = head.strip().casefold()
        column = next((name for name, heads in HEADS.items() if wanted in heads), None)
        if column is not None:
            columns.setdefault(column, index)
        elif wanted in PASSWORDS:
            problems.append(Problem("head", _PASSWORD.fill(head=head)))
        elif wanted:
            problems.append(Problem("head", _UNKNOWN_HEAD.fill(head=head[:40])))
    return columns, problems


def _entry(
    cells: Sequence[str],
    columns: dict[str, int],
    source: str,
    problems: list[Problem],
) -> Entry | None:
    row = {
        name: cells[index].strip() if index < len(cells) else ""
        for name, index in columns.items()
    }
    if not named(row["name"]) or not row["address"]:
        problems.append(Problem(source, _INCOMPLETE, whole=True))
        return None
    kind = kind_named(row.get("kind", ""))
    if row.get("kind") and not kind:
        kind = kind_from([row["kind"]]) or "other"
        words = _GUESSED.fill(kind=row["kind"][:40], guess=kind)
        problems.append(Problem(source, words))
    return Entry(
        name=named(row["name"]),
        written=as_written(row["name"]),
        source=source,
        address=row["address"],
        kind=kind,
        zone=named(row.get("zone", "")),
        port=port_of(row.get("port", ""), source, problems),
        user=row.get("user", ""),
        key_file=row.get("key_file", ""),
        credential=row.get("credential", ""),
        via=jumps(row.get("via", "").replace("、", ",").replace(";", ",")),
        host_key=row.get("host_key", ""),
        note=row.get("note", ""),
    )


_NOT_A_TABLE = Words("{path} 读不成表格：{why}", "{path} is no table: {why}")
_OTHER_SHEET = Words(
    "只读一张表，工作表“{name}”没有读。", "One sheet is read; “{name}” was not."
)
_NO_HEAD = Words(
    "{path} 前 10 行里没有表头。至少要有“名称”和“地址”两列。",
    "{path} has no head in its first 10 rows. It needs the columns `name` and "
    "`address` at least.",
)
_PASSWORD = Words(
    "“{head}”列没有导入。请用 opsdesk secret set 保存口令，再在 credentials 中引用，"
    "并删除这份文件。",
    "The column “{head}” was not taken over. Keep secrets with `opsdesk secret set`, "
    "refer to them under credentials, and remove this file.",
)
_UNKNOWN_HEAD = Words(
    "“{head}”列没有对应的配置项，没有导入。",
    "The column “{head}” stands for no setting and was not taken over.",
)
_INCOMPLETE = Words(
    "缺名称或地址，没有导入。", "No name or no address; not taken over."
)
_GUESSED = Words(
    "没有“{kind}”这种类别，按 {guess} 导入，请核对。",
    "There is no kind “{kind}”; taken over as {guess}, please check.",
)
