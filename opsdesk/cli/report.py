"""`opsdesk report`: a day's record, or a period's report, as PDF or DOCX, archived."""

from __future__ import annotations

import contextlib
import os
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from opsdesk.cli.group import spoken, told
from opsdesk.cli.session import fail
from opsdesk.core.language import say

if TYPE_CHECKING:
    from opsdesk.archive.queries import DocumentView
    from opsdesk.core.desk import Desk
    from opsdesk.reporting.span import Span

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
    suffix = _suffix(output)
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
    return flow.file_of(desk, document, suffix, language), _line(document)


@report.command(
    help=told(
        "出具《运维月报》并归档。PERIOD 为 2026-10（月）、2026（年）或 last（上月）；"
        "也可用 --from 与 --to 指定任意一段日子。内容没有变化时取已归档的那一版。",
        "Print and archive the monthly report. PERIOD is 2026-10 (a month), 2026 (a year) "
        "or last (the last month); --from and --to name any days instead. Unchanged "
        "content gives the archived version again.",
    )
)
@click.argument("period", metavar="[PERIOD]", required=False)
@click.option("--from", "first", metavar="DATE", help=told("从这一天", "From this day"))
@click.option("--to", "last", metavar="DATE", help=told("到这一天", "To this day"))
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
    help=told("文字用中文或英文", "Chinese or English"),
)
@click.option(
    "--preview",
    is_flag=True,
    help=told("只看样子，不归档", "Only look; nothing is archived"),
)
@click.pass_context
def monthly(ctx: click.Context, /, **asked: Any) -> None:
    """Print a period's report; see the help text."""
    output: Path = asked["output"]
    suffix = _suffix(output)
    from opsdesk.cli.opened import opened  # noqa: PLC0415 - loads the database
    from opsdesk.core import clock  # noqa: PLC0415

    desk, at = opened(ctx), clock.now()
    span = _span(asked, clock.local_day(at, desk.settings.desk.timezone), desk)
    how = (suffix, asked["language"], asked["preview"])
    content, told_of = _report(desk, span, at, how)
    _write(output, content)
    click.echo(f"{output}  {told_of}")


def _span(asked: dict[str, Any], today: date, desk: Desk) -> Span:
    from opsdesk.reporting import span  # noqa: PLC0415 - no command needs it at --help

    zone = desk.settings.desk.timezone
    first, last = asked["first"], asked["last"]
    if asked["period"] and not first and not last:
        return span.read(asked["period"], today, zone)
    if asked["period"] or not first or not last:
        fail(
            "请写一个报告期（例如 2026-10 或 last），或同时写 --from 和 --to。没有生成任何文件。",
            "Name a period (such as 2026-10 or last), or both --from and --to. Nothing "
            "was made.",
        )
    return span.between(_day(first, today), _day(last, today), zone)


def _report(
    desk: Desk, span: Span, at: datetime, how: tuple[str, str | None, bool]
) -> tuple[bytes, str]:
    from opsdesk.cli.opened import console_user  # noqa: PLC0415 - the database
    from opsdesk.flows import issue_monthly_report as flow  # noqa: PLC0415

    suffix, language, preview = how
    if preview:
        with desk.database.reading() as session:
            record = flow.gather(session, desk.settings, span, at=at)
        return flow.as_file(desk, record, suffix, language), say(
            "预览，未归档", "preview, not archived", spoken()
        )
    document = flow.issue(desk, span, by=console_user(), at=at)
    return flow.file_of(desk, document, suffix, language), _line(document)


def _line(document: DocumentView) -> str:
    return say(
        f"{document.number} 第 {document.version} 版，快照 {document.content_sha256[:12]}",
        f"{document.number} version {document.version}, snapshot "
        f"{document.content_sha256[:12]}",
        spoken(),
    )


def _suffix(output: Path) -> str:
    suffix = output.suffix.lower()
    if suffix not in SUFFIXES:
        fail(
            f"{output} 的后缀应为 .pdf 或 .docx；没有生成任何文件。",
            f"{output} should end in .pdf or .docx; nothing was made.",
        )
    return suffix


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
