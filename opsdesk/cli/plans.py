"""`opsdesk plans`: the emergency plans in force, and whether they can be used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from opsdesk.cli.group import spoken, told
from opsdesk.cli.session import settings_or_exit
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
    mistakes = remarks = 0
    for path in _files(ctx, places):
        try:
            plan = loader.load(path)
        except loader.BadPlan as bad:
            mistakes += len(bad.mistakes)
            for one in bad.mistakes:
                _say(loader.told(bad.path, one, spoken()))
            continue
        found = review.review(plan)
        remarks += len(found)
        _say(f"{path}: {_word(plan.title)} {plan.version}")
        for remark in found:
            _say(f"{path}: {remark.path}: {_word(remark.words)}")
    _say(_verdict(mistakes, remarks))
    ctx.exit(2 if mistakes else int(strict and remarks > 0))


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
            told(
                f"没有预案 {plan_id}。现有：{known}。",
                f"There is no plan {plan_id}. There are {known}.",
            )
        )
        ctx.exit(2)
    _say(f"{_word(plan.title)} {plan.version}")
    for number, step in enumerate(plan.steps, start=1):
        minutes = round(step.target.total_seconds() / 60) if step.target else None
        target = "" if minutes is None else f"T+{minutes}"
        _say(f"{number:3} {target:>7}  {step.part.value:10} {_word(step.title)}")


def _files(ctx: click.Context, places: tuple[Path, ...]) -> Iterator[Path]:
    if not places:
        yield from loader.shipped_files()
        folder = settings_or_exit(ctx).plans_folder
        if folder is not None:
            yield from loader.plan_files(folder)
    for place in places:
        if place.is_dir():
            yield from loader.plan_files(place)
        else:
            yield place


def _in_force(ctx: click.Context) -> tuple[Plan, ...]:
    found: dict[str, Plan] = {}
    for path in _files(ctx, ()):
        try:
            plan = loader.load(path)
        except loader.BadPlan as bad:
            for one in bad.mistakes:
                _say(loader.told(bad.path, one, spoken()))
        else:
            found[plan.id] = plan
    return tuple(found.values())


def _verdict(mistakes: int, remarks: int) -> str:
    if mistakes:
        return told(
            f"共 {mistakes} 处错误，有错误的预案不会生效。",
            f"{mistakes} mistakes; a plan with mistakes does not come into force.",
        )
    return told(f"全部可用，提示 {remarks} 条。", f"All usable; {remarks} remarks.")


def _word(title: Title) -> str:
    return loader.pick(title, spoken())


def _say(text: str) -> None:
    click.echo(printable(text))
