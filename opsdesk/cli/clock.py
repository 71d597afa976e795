"""`opsdesk clock`: why this deadline, and which days a year's table leaves out."""

from __future__ import annotations

import json
from datetime import datetime, time
from zoneinfo import ZoneInfo

import click

from opsdesk.cli.group import spoken, told
from opsdesk.core.language import pick
from probes.finding import Words

SHANGHAI = ZoneInfo("Asia/Shanghai")  # the contract's zone, whatever the desk's
YEARS = range(1970, 3000)  # what anybody can mean, and arithmetic cannot leave


class Opened(click.ParamType[datetime]):
    """An ISO 8601 moment with its offset; a naive one could mean any deadline."""

    name = "ISO 8601"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None or moment.year not in YEARS:
            self.fail(
                pick(_NOT_A_MOMENT.fill(value=_plain(value)), spoken()), param, ctx
            )
        return moment


class Cutoff(click.ParamType[time]):
    """An hour of the day."""

    name = "HH:MM"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> time:
        try:
            found = time.fromisoformat(str(value))
        except ValueError:
            found = None
        if found is None or found.tzinfo is not None:
            self.fail(
                pick(_NOT_AN_HOUR.fill(value=_plain(value)), spoken()), param, ctx
            )
        return found


@click.group(
    help=told("解释时限，查看节假日表", "Explain deadlines; show the holiday tables")
)
def clock() -> None:
    """Explain deadlines; see the help text."""


@clock.command(
    help=told(
        "说明一个故障的响应和解决时限是怎么算出来的。不需要配置文件和数据库。",
        "Say by when a fault must be answered and fixed, and why. Needs neither a "
        "configuration nor a database.",
    )
)
@click.option(
    "--opened",
    type=Opened(),
    required=True,
    help=told("最早发现时间，带时区", "The earliest sign, with its offset"),
)
@click.option(
    "--kind",
    type=click.Choice(["ordinary", "complex"]),
    required=True,
    help=told("一般或复杂故障", "Which kind of fault"),
)
@click.option(
    "--policy",
    type=click.Choice(["legal_days", "rest_block", "always"]),
    default="legal_days",
    show_default=True,
    help=told("哪些日子不计", "Which days do not count"),
)
@click.option(
    "--cutoff",
    type=Cutoff(),
    help=told("当日截止时刻，例如 18:00", "The daily cut-off, such as 18:00"),
)
@click.option("--json", "as_json", is_flag=True, help=told("输出 JSON", "Print JSON"))
def explain(
    opened: datetime,
    kind: str,
    policy: str,
    cutoff: time | None,
    as_json: bool,  # noqa: FBT001 - a click flag
) -> None:
    """Explain one fault's deadlines; see the help text."""
    from opsdesk.tickets.promises import explained  # noqa: PLC0415 - not for --help

    asked = explained.Asked(
        opened=opened,
        is_complex=kind == "complex",
        policy=policy,
        cutoff=cutoff,
        zone=SHANGHAI,
    )
    answer = explained.explain(asked)
    lines = [pick(one, spoken()) for one in answer.explanation]
    if as_json:
        stamps = {
            "response_due": answer.response_due,
            "due": answer.due,
            "literal_due": answer.literal_due,
        }
        document = {name: at.isoformat() for name, at in stamps.items()}
        click.echo(json.dumps({**document, "explanation": lines}, ensure_ascii=False))
        return
    for words, at in (
        (_RESPONSE, answer.response_due),
        (_DUE, answer.due),
        (_LITERAL, answer.literal_due),
    ):
        click.echo(f"{pick(words, spoken())}  {at.isoformat()}")
    for line in lines:
        click.echo(f"  {line}")


@clock.command(help=told("显示一年的节假日表", "Show a year's table of holidays"))
@click.argument("year", type=click.IntRange(1, 9999))
def holidays(year: int) -> None:
    """Show a year's table; see the help text."""
    from opsdesk.tickets.promises import tables  # noqa: PLC0415

    found = tables.table(year)
    click.echo(f"{found.year}  {found.version}  {found.source}  {found.digest}")
    if found.provisional:
        click.echo(pick(_PROVISIONAL, spoken()))
    for one in found.holidays:
        statutory = " ".join(f"{day:%m-%d}" for day in one.statutory) or "/"
        makeup = " ".join(f"{day:%m-%d}" for day in one.makeup) or "/"
        span = f"{one.rest[0]:%m-%d}～{one.rest[-1]:%m-%d}"
        row = _ROW.fill(name=one.name, span=span, statutory=statutory, makeup=makeup)
        click.echo(pick(row, spoken()))
    counts = {kind: len(found.days(kind)) for kind in ("rest", "statutory", "makeup")}
    click.echo(pick(_CHECKED.fill(due=tables.statutory_due(year), **counts), spoken()))


def _plain(value: object) -> str:
    return str(value)[:60].replace("{", "(").replace("}", ")")


_NOT_A_MOMENT = Words(
    "{value} 不是带时区的时间，例如 2026-05-04T08:00+08:00。",
    "{value} is not a time with its offset, such as 2026-05-04T08:00+08:00.",
)
_NOT_AN_HOUR = Words(
    "{value} 不是钟点，例如 18:00。", "{value} is not an hour, such as 18:00."
)
_RESPONSE = Words("响应时限", "Answer by")
_DUE = Words("解决时限", "Fix by   ")
_LITERAL = Words("字面时限", "Literally")
_PROVISIONAL = Words(
    "暂定：当年的放假通知还没有收录，只有法定节假日。",
    "Provisional: that year's notice is not in yet, only the statutory days.",
)
_CHECKED = Words(
    "放假 {rest} 天，法定 {statutory} 天（应为 {due} 天），调休上班 {makeup} 天，都是周末；"
    "法定日都在放假日内，没有重叠。",
    "{rest} days off, {statutory} statutory (as {due} are due), {makeup} made up, all on "
    "weekends; every statutory day is off, and nothing overlaps.",
)
_ROW = Words(
    "{name}  放假 {span}  法定 {statutory}  调休上班 {makeup}",
    "{name}  off {span}  statutory {statutory}  made up {makeup}",
)
