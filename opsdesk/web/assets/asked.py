"""What a form or an address asks for, read once for all screens of the library."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from flask import request

from opsdesk.assets import queries
from opsdesk.assets.models import CauseKind
from opsdesk.assets.operations import Absent, Cause
from opsdesk.assets.queries import ItemView
from opsdesk.core.errors import Refused
from opsdesk.web import unit
from probes.finding import Words

NO_ITEM = Words(
    "配置库里没有 {code}。请核对编号，或在清单里查找。",
    "The configuration library has no {code}. Check the code, or look in the list.",
)


def zone() -> ZoneInfo:
    """Return where the desk stands."""
    return unit.desk().settings.desk.timezone


def item_of(code: str) -> ItemView:
    """Return an item. Raises Absent."""
    item = queries.by_code(unit.session(), code)
    if item is None:
        raise Absent(NO_ITEM, code=code[:40])
    return item


def cause() -> Cause:
    """Return the cause a form names."""
    try:
        kind = CauseKind(request.form.get("cause", ""))
    except ValueError as error:
        raise Refused("请选择修改原因。没有保存。") from error
    return Cause(
        kind=kind,
        reference=request.form.get("reference", "").strip(),
        note=request.form.get("cause_note", "").strip(),
    )


def version() -> int:
    """Return the version of the item that the form was opened with."""
    number = request.form.get("version", type=int)
    if number is None:
        raise Refused("表单缺少版本号。没有保存，请刷新页面后再提交。")
    return number


def moment_of(name: str) -> datetime | None:
    """Return a local moment of the address; a day alone is its end."""
    text = request.args.get(name, "").strip()
    if not text:
        return None
    try:
        if len(text) == len("2026-11-22"):
            local = datetime.combine(date.fromisoformat(text), time.max)
        else:
            local = datetime.fromisoformat(text)
        return local.replace(tzinfo=zone()).astimezone(zone())
    except (ValueError, OverflowError) as error:
        raise Refused("时间填写有误，请按 2026-11-22 14:05 的格式填写。") from error
