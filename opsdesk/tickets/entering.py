"""What people type, typed: every field read at the border, all mistakes told at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from opsdesk.core.language import RefusedInWords
from opsdesk.core.text import storable
from opsdesk.tickets.models import TITLE
from opsdesk.tickets.register import Field, Register, Shape
from probes.finding import Words

LINE = 200
MOST_ROWS = 200
_WIDTHS = {"title": TITLE, "module": 64, "region": 64, "reporter": 120, "owner": 64}
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Mistaken(RefusedInWords):
    """Fields that cannot be taken; `fields` says for each of them why."""

    def __init__(self, fields: Mapping[str, Words]) -> None:
        self.fields = dict(fields)
        zh = "".join(f"{words.zh}" for words in fields.values())
        en = " ".join(words.en for words in fields.values())
        super().__init__(
            Words(
                f"没有保存，填写的内容还在：{_plain(zh)}",
                f"Nothing was saved; what you typed is kept: {_plain(en)}",
            )
        )


def read(register: Register, raw: Mapping[str, Any], zone: tzinfo) -> dict[str, Any]:
    """Return typed values of the fields that `raw` names. Raises Mistaken.

    Unknown fields, and those only the desk writes, are mistakes too. An empty text
    clears its field: it comes back as None. A title is never cleared.
    """
    values: dict[str, Any] = {}
    wrong: dict[str, Words] = {}
    for name, entered in raw.items():
        field = register.fields.get(name)
        if field is None or not field.by_hand:
            wrong[name] = _UNKNOWN.fill(name=name)
            continue
        try:
            values[name] = typed(field, entered, zone)
        except ValueError as error:
            (reason,) = error.args
            wrong[name] = _AT.fill(
                zh=field.label.zh, en=field.label.en, why=reason.zh, reason=reason.en
            )
    if "title" in values and values["title"] is None:
        wrong["title"] = _NO_TITLE
    if wrong:
        raise Mistaken(wrong)
    return values


def typed(field: Field, entered: Any, zone: tzinfo) -> Any:
    """Return one value as the sheet keeps it. Raises ValueError(Words)."""
    if isinstance(entered, str):
        entered = storable(entered).strip()
    if entered in ("", None, [], ()):
        return None
    return READERS[field.shape](field, entered, zone)


def _line(field: Field, entered: Any, _zone: tzinfo) -> str:
    text = _text(field, entered, _zone)
    longest = _WIDTHS.get(field.name, min(field.longest, LINE))
    if len(text) > longest:
        raise ValueError(_TOO_LONG.fill(longest=longest, length=len(text)))
    return " ".join(text.split())


def _text(field: Field, entered: Any, _zone: tzinfo) -> str:
    if not isinstance(entered, str):
        raise ValueError(_NOT_TEXT)  # noqa: TRY004 - a mistake of who typed
    if len(entered) > field.longest:
        raise ValueError(_TOO_LONG.fill(longest=field.longest, length=len(entered)))
    return entered.replace("\r\n", "\n")


def _choice(field: Field, entered: Any, _zone: tzinfo) -> str:
    if entered not in [name for name, _label in field.choices]:
        raise ValueError(_NO_CHOICE.fill(value=str(entered)[:40]))
    return str(entered)


def _choices(field: Field, entered: Any, zone: tzinfo) -> list[str]:
    many = entered if isinstance(entered, list | tuple) else [entered]
    return list(dict.fromkeys(_choice(field, one, zone) for one in many if one))


def _yes_no(_field: Field, entered: Any, _zone: tzinfo) -> bool:
    word = str(entered).lower()
    if word in ("1", "true", "yes", "on"):
        return True
    if word in ("0", "false", "no"):
        return False
    raise ValueError(_NOT_YES_NO)


def _number(_field: Field, entered: Any, _zone: tzinfo) -> float:
    try:
        number = float(str(entered).replace(",", ""))
    except ValueError:
        raise ValueError(_NOT_NUMBER) from None
    if not -1e12 < number < 1e12:  # noqa: PLR2004 - also refuses nan
        raise ValueError(_NOT_NUMBER)
    return number


def _date(_field: Field, entered: Any, _zone: tzinfo) -> str:
    try:
        return date.fromisoformat(str(entered)).isoformat()
    except ValueError:
        raise ValueError(_NOT_DATE) from None


def _moment(_field: Field, entered: Any, zone: tzinfo) -> str:
    try:
        moment = datetime.fromisoformat(str(entered))
    except ValueError:
        raise ValueError(_NOT_MOMENT) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    if not 2000 <= moment.year <= 9000:  # noqa: PLR2004 - every database's reach
        raise ValueError(_NOT_MOMENT)
    return moment.astimezone(UTC).isoformat()


def _names(_field: Field, entered: Any, _zone: tzinfo) -> list[str]:
    many: Sequence[Any] = (
        re.split(r"[\s,，、;；]+", entered) if isinstance(entered, str) else entered
    )
    return list(
        dict.fromkeys(str(one).strip()[:64] for one in many if str(one).strip())
    )


def _rows(field: Field, entered: Any, zone: tzinfo) -> list[dict[str, Any]]:
    if not isinstance(entered, list | tuple):
        raise ValueError(_NOT_ROWS)  # noqa: TRY004 - a mistake of who typed
    if len(entered) > MOST_ROWS:
        raise ValueError(_TOO_MANY_ROWS.fill(most=MOST_ROWS, rows=len(entered)))
    found = []
    for row in entered:
        cells = {
            column.name: typed(column, row.get(column.name), zone)
            for column in field.columns
        }
        if any(cell is not None for cell in cells.values()):
            found.append(cells)
    return found


def _sha256(_field: Field, entered: Any, _zone: tzinfo) -> str:
    lower = str(entered).lower()
    if not _SHA256.fullmatch(lower):
        raise ValueError(_NOT_SHA256)
    return lower


READERS: dict[Shape, Callable[[Field, Any, tzinfo], Any]] = {
    Shape.LINE: _line,
    Shape.TEXT: _text,
    Shape.CHOICE: _choice,
    Shape.CHOICES: _choices,
    Shape.YES_NO: _yes_no,
    Shape.NUMBER: _number,
    Shape.DATE: _date,
    Shape.MOMENT: _moment,
    Shape.PERSON: _line,
    Shape.PEOPLE: _names,
    Shape.ITEMS: _names,
    Shape.ROWS: _rows,
    Shape.SHA256: _sha256,
}


def _plain(text: str) -> str:
    """Return text that `Words.fill` leaves as it is."""
    return text.replace("{", "(").replace("}", ")")


_AT = Words("「{zh}」{why}", "{en}: {reason}")
_UNKNOWN = Words("没有 {name} 这个可填的字段。", "There is no field {name} to fill.")
_NO_TITLE = Words(
    "「标题」不能为空，请写一句话说明是什么事。",
    "Title: it cannot be empty. Say in one sentence what this is about.",
)
_NOT_TEXT = Words("应为文字。", "this should be text.")
_TOO_LONG = Words(
    "最多 {longest} 个字，现在有 {length} 个。",
    "at most {longest} characters, not {length}.",
)
_NO_CHOICE = Words("没有「{value}」这个选项。", "{value} is not one of the choices.")
_NOT_YES_NO = Words("请选是或否。", "choose yes or no.")
_NOT_NUMBER = Words("应为数字，例如 12.5。", "this should be a number, such as 12.5.")
_NOT_DATE = Words(
    "应为日期，例如 2026-11-22。", "this should be a date, such as 2026-11-22."
)
_NOT_MOMENT = Words(
    "应为日期和时间，例如 2026-11-22 14:05。",
    "this should be a date and time, such as 2026-11-22 14:05.",
)
_NOT_ROWS = Words("应为表格的各行。", "this should be rows of a table.")
_TOO_MANY_ROWS = Words(
    "最多 {most} 行，现在有 {rows} 行。", "at most {most} rows, not {rows}."
)
_NOT_SHA256 = Words(
    "应为 64 位十六进制的 SHA-256。",
    "this should be a SHA-256 of 64 hexadecimal digits.",
)
