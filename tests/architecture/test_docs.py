"""What a person can type or write is explained somewhere."""

from __future__ import annotations

from pathlib import Path

from opsdesk.cli.group import COMMANDS
from opsdesk.core.settings import forms
from opsdesk.people.models import Role

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def everything() -> str:
    pages = [*ROOT.glob("README*.md"), *DOCS.rglob("*.md")]
    return "\n".join(page.read_text(encoding="utf-8") for page in pages)


def test_every_command_is_in_the_docs() -> None:
    text = everything()
    assert [name for name in COMMANDS if f"opsdesk {name}" not in text] == []


def test_every_setting_of_the_desk_is_in_the_docs() -> None:
    text = (DOCS / "configuration.md").read_text(encoding="utf-8")
    assert [key for key in sorted(forms.DeskForm.known()) if key not in text] == []


def test_every_role_is_in_the_docs() -> None:
    text = (DOCS / "accounts-and-audit.md").read_text(encoding="utf-8")
    assert [role.value for role in Role if f"`{role.value}`" not in text] == []
