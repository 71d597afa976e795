"""What a stranger reads is complete, in both languages, and points at what exists."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
import yaml

from opsdesk.cli.group import COMMANDS, main
from opsdesk.core import settings

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
_HEADING = re.compile(r"^(#+) ", re.MULTILINE)


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = _LINK.findall(page.read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (page.parent / link).exists()] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("README.md", "README.zh-CN.md"),
        ("docs/operating.md", "docs/operating.zh-CN.md"),
    ],
)
def test_the_two_languages_say_the_same(one: str, other: str) -> None:
    assert _HEADING.findall(text(one)) == _HEADING.findall(text(other))
    assert _BLOCK.findall(text(one)) == _BLOCK.findall(text(other))


def test_every_command_and_subcommand_is_explained() -> None:
    page = text("docs/commands.md")
    context = click.Context(main)
    for name in COMMANDS:
        assert f"## opsdesk {name}\n" in page
        command = main.get_command(context, name)
        below = getattr(command, "commands", {})
        section = page.partition(f"## opsdesk {name}\n")[2].partition("\n## ")[0]
        assert [word for word in below if word not in section] == []


def test_the_configuration_in_the_readme_loads(tmp_path: Path) -> None:
    blocks = [
        body for kind, body in _BLOCK.findall(text("README.md")) if kind == "yaml"
    ]
    key = tmp_path / "keys" / "ops_ed25519"
    key.parent.mkdir(mode=0o700)
    key.touch(mode=0o600)
    for block in blocks:
        document = {"servers": [], **yaml.safe_load(block)}
        path = tmp_path / "config.yaml"
        path.write_text(yaml.safe_dump(document), encoding="utf-8")
        settings.load(path, environ={})
    assert len(blocks) == 2
