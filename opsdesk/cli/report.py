"""`opsdesk report daily`: the day's record as PDF or DOCX, archived."""

from __future__ import annotations

import contextlib
import os
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from opsdesk.cli.group import spoken, told
from opsdesk.cli.session import fail
from opsdesk.core.language import say

if TYPE_CHECKING:
    from opsdesk.core.desk import Desk

SUFFIXES = (".pdf", ".docx")
_DAYS_BACK = {"today": 0, "yesterday": 1}


@click.group(help=told("出具纸质记录（PDF、DOCX）。", "Print the records (PDF, DOCX)."))
def report() -> None:
    """Hold the kinds of paper."""


@report.command(
    help=told(
        "出具一天的《日常巡检记录》并归档。DATE 为 2026-11-22、today 或 yesterday。"
        "内容没有变化时取已归档的那一版；有变化则出新版，旧版保留并注明已被取代。",
        "Print and archive a day's inspection record. DATE is 2026-11-22, today or "
        "yesterday. Unchanged content gives the archived version again; otherwise a "
        "new version supersedes the old one, which is kept.",
    )
)
@click.argument("day", metavar="DATE")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help=told("写到这个文件：.pdf 或 .docx", "Write to this file: .pdf or .docx"),
)
@click.option(
    "--language",
    type=click.Choice(["zh", "en"]),
    help=told(
        "文字用中文或英文（默认按 config.yaml）；归档的一版总是按 config.yaml",
        "Chinese or English (default: as config.yaml says, and so is the archived one)",
    ),
)
@click.option(
    "--preview",
    is_flag=True,
    help=told(
        "只看样子：每页注明「预览」，不归档",
        'Only look: every page says "preview", nothing is archived',
    ),
)
@click.pass_context
def daily(
    ctx: click.Context,
    day: str,
    output: Path,
    language: str | None,
    preview: bool,  # noqa: FBT001 - a click flag
) -> None:
    """Print the day's record; see the help text."""
    suffix = output.suffix.lower()
    if suffix not in SUFFIXES:
        fail(
            f"{output} 的后缀应为 .pdf 或 .docx；没有生成任何文件。",
            f"{output} should end in .pdf or .docx; nothing was made.",
        )
    from opsdesk.cli.opened import opened  # noqa: PLC0415 - loads the database
    from opsdesk.core import clock  # noqa: PLC0415

    desk, at = opened(ctx), clock.now()
    which = _day(day, clock.local_day(at, desk.settings.desk.timezone))
    content, told_of = _content(desk, which, at, (suffix, language, preview))
    made = not output.parent.exists()
    _write(output, content)
    click.echo(f"{output}  {told_of}")
    if made:
        folder = output.parent
        click.echo(say(f"已新建目录 {folder}", f"Made the folder {folder}", spoken()))


def _content(
    desk: Desk, day: date, at: datetime, how: tuple[str, str | None, bool]
) -> tuple[bytes, str]:
    """Return the file's bytes, and a line that says which version they are."""
    from opsdesk.cli.opened import console_user  # noqa: PLC0415 - the database
    from opsdesk.flows import issue_daily_record as flow  # noqa: PLC0415

    suffix, language, preview = how
    if preview:
        with desk.database.reading() as session:
            record = flow.gather(session, desk.settings, day, at=at)
        return flow.as_file(desk, record, suffix, language), say(
            "预览，未归档", "preview, not archived", spoken()
        )
    document = flow.issue(desk, day, by=console_user(), at=at)
    line = say(
        f"{document.number} 第 {document.version} 版，快照 {document.content_sha256[:12]}",
        f"{document.number} version {document.version}, snapshot "
        f"{document.content_sha256[:12]}",
        spoken(),
    )
    return flow.file_of(desk, document, suffix, language), line


def _day(text: str, today: date) -> date:
    if text in _DAYS_BACK:
        return today - timedelta(days=_DAYS_BACK[text])
    try:
        return date.fromisoformat(text)
    except ValueError:
        fail(
            f"看不懂日期 {text!r}；请写成 2026-11-22、today 或 yesterday。没有生成任何文件。",
            f"{text!r} is not a date; write 2026-11-22, today or yesterday. Nothing "
            "was made.",
        )


def _write(output: Path, content: bytes) -> None:
    """Write the file whole or not at all."""
    part = ""
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=output.parent, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(part).chmod(0o644)
        Path(part).replace(output)
    except OSError as error:
        with contextlib.suppress(OSError):
            Path(part).unlink()
        fail(
            f"不能写入 {output}（{error.strerror}）；归档的一版不受影响，请换一个位置再试。",
            f"{output} cannot be written ({error.strerror}); what was archived stays. "
            "Try another place.",
            status=1,
        )
