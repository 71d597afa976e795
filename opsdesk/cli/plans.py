"""`opsdesk plans`: the emergency plans in force, and whether they can be used."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from opsdesk.cli.group import spoken, told
from opsdesk.cli.session import fail, settings_or_exit
from opsdesk.core.text import printable
from runbooks import loader, review
from runbooks.plan import Plan, Title


@click.group(
    help=told("检查、列出、查看应急预案", "Check, list and show the emergency plans")
)
def plans() -> None:
    """Hold the commands about plans."""


@plans.command(
    help=told(
        "检查预案文件（或整个目录）；不指明时检查随产品提供的和 plans.folder 中的。\n\n"
        "退出状态：0 可用，1 有提示（仅 --strict），2 有错误。",
        "Check plan files, or folders of them; by default the shipped ones and those of "
        "plans.folder.\n\nExit status: 0 usable, 1 remarks (with --strict), 2 mistakes.",
    )
)
@click.argument("places", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--strict",
    is_flag=True,
    help=told("有提示也算不通过", "Remarks count as well"),
)
@click.pass_context
def check(
    ctx: click.Context,
    places: tuple[Path, ...],
    strict: bool,  # noqa: FBT001 - a click flag
) -> None:
    """Say all that is wrong with plans, with file and line."""
    files = _files(ctx, places)
    mistakes = remarks = 0
    homes: dict[tuple[Path, str], Path] = {}
    for path in files:
        try:
            plan = loader.load(path)
        except loader.BadPlan as bad:
            mistakes += len(bad.mistakes)
            _say_mistakes(bad)
            continue
        found = review.review(plan)
        remarks += len(found)
        _say(f"{path}: {_word(plan.title)} {plan.version}")
        for remark in found:
            _say(f"{path}: {remark.path}: {_word(remark.words)}")
        former = homes.setdefault((path.parent, plan.id), path)
        if former != path:
            mistakes += 1
            _say(f"{path}: {_word(_twice(plan.id, former))}")
    _say(_word(_verdict(len(files), mistakes, remarks)))
    ctx.exit(2 if mistakes or not files else int(strict and remarks > 0))


@plans.command("list", help=told("列出生效的预案", "List the plans in force"))
@click.pass_context
def listed(ctx: click.Context) -> None:
    """List plans with their versions and the first digits of their hashes."""
    for plan in _in_force(ctx):
        mark = loader.digest(plan)[:12]
        _say(f"{plan.id:20} {plan.version:6} {mark}  {_word(plan.title)}")


@plans.command(help=told("查看一个预案的步骤", "Show the steps of a plan"))
@click.argument("plan_id", metavar="ID")
@click.pass_context
def show(ctx: click.Context, plan_id: str) -> None:
    """Show what a plan asks, step by step."""
    plan = next((one for one in _in_force(ctx) if one.id == plan_id), None)
    if plan is None:
        known = ", ".join(one.id for one in _in_force(ctx))
        _say(
            _word(
                Title(
                    f"没有预案 {plan_id}。现有：{known}。",
                    f"There is no plan {plan_id}. There are {known}.",
                )
            )
        )
        ctx.exit(2)
    _say(f"{_word(plan.title)} {plan.version}")
    for number, step in enumerate(plan.steps, start=1):
        minutes = round(step.target.total_seconds() / 60) if step.target else None
        target = "" if minutes is None else f"T+{minutes}"
        _say(f"{number:3} {target:>7}  {step.part.value:10} {_word(step.title)}")


@plans.command(
    "print",
    help=told(
        "把一个生效的预案打印成《应急预案》（.pdf 或 .docx），不归档；归档在预案页面上办理。",
        "Print a plan in force as its document (.pdf or .docx), without archiving it; "
        "the plan's page archives it.",
    ),
)
@click.argument("plan_id", metavar="ID")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help=told("写到这个文件：.pdf 或 .docx", "Write to this file: .pdf or .docx"),
)
@click.pass_context
def printed(ctx: click.Context, plan_id: str, output: Path) -> None:
    """Print a plan; every page of it says 预览."""
    if output.suffix not in (".pdf", ".docx"):
        fail("文件名要以 .pdf 或 .docx 结尾。", "The file must end in .pdf or .docx.")
    from opsdesk.cli.opened import opened  # noqa: PLC0415 - loads the database
    from opsdesk.core import clock  # noqa: PLC0415
    from opsdesk.flows import plans_in_force, print_form  # noqa: PLC0415
    from opsdesk.flows.run_papers import printing  # noqa: PLC0415

    desk = opened(ctx)
    found = plans_in_force.by_id(desk.settings).get(plan_id)
    if found is None:
        fail(f"没有预案 {plan_id}。", f"There is no plan {plan_id}.")
    with desk.database.reading() as session:
        record = printing.preview_plan(session, desk, found, at=clock.now())
    output.write_bytes(print_form.as_file(desk, record, output.suffix))
    _say(told(f"已写入 {output}。", f"Written to {output}."))


def _files(ctx: click.Context, places: tuple[Path, ...]) -> list[Path]:
    """Return the files to read: those named, else the shipped ones and the desk's own."""
    found = [] if places else [*loader.shipped_files(), *_own(ctx)]
    for place in places:
        found += loader.plan_files(place) if place.is_dir() else [place]
    return found


def _own(ctx: click.Context) -> Sequence[Path]:
    folder = settings_or_exit(ctx).plans_folder
    if folder is None:
        return ()
    if not folder.is_dir():
        fail(
            f"plans.folder 指的 {folder} 不是一个目录，什么都没有检查。请新建它或改正配置。",
            f"plans.folder names {folder}, which is no folder; nothing was checked. Make "
            "it, or put the configuration right.",
        )
    return loader.plan_files(folder)


def _in_force(ctx: click.Context) -> tuple[Plan, ...]:
    found: dict[str, Plan] = {}
    for path in _files(ctx, ()):
        try:
            plan = loader.load(path)
        except loader.BadPlan as bad:
            _say_mistakes(bad)
        else:
            found[plan.id] = plan
    return tuple(found.values())


def _say_mistakes(bad: loader.BadPlan) -> None:
    for one in bad.mistakes:
        _say(loader.told(bad.path, one, spoken()))


def _twice(plan_id: str, former: Path) -> Title:
    return Title(
        f"id {plan_id} 已用于 {former.name}，同一目录中只能有一个。",
        f"{former.name} has the id {plan_id} already; a folder has one of each.",
    )


def _verdict(count: int, mistakes: int, remarks: int) -> Title:
    if not count:
        return Title("没有找到预案文件（*.yaml）。", "There is no plan here (*.yaml).")
    if mistakes:
        return Title(
            f"{count} 个文件，共 {mistakes} 处错误；有错误的预案不会生效。",
            f"{count} files, {mistakes} mistakes; a plan with mistakes does not come "
            "into force.",
        )
    return Title(
        f"{count} 个预案都可用，提示 {remarks} 条。",
        f"{count} plans, all usable; {remarks} remarks.",
    )


def _word(title: Title) -> str:
    return loader.pick(title, spoken())


def _say(text: str) -> None:
    click.echo(printable(text))
