"""`opsdesk plans`: what is wrong with a plan, which are in force, what one asks."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from opsdesk.cli import main
from runbooks import loader
from tests.runbooks.example import EXAMPLE


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a desk's folder whose configuration names a folder of plans."""
    (tmp_path / "plans").mkdir()
    text = "desk: {name: Desk, language: zh_CN}\nplans: {folder: plans}\n"
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str, language: str = "en") -> Result:
    env = {"OPSDESK_LANGUAGE": language}
    return CliRunner().invoke(main, ["plans", *words], env=env)


def put(folder: Path, name: str, text: str = EXAMPLE) -> Path:
    path = folder / "plans" / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_plans_pass_even_strictly(folder: Path) -> None:
    done = run("check", "--strict")
    assert done.exit_code == 0, folder
    assert done.output.endswith("7 plans, all usable; 0 remarks.\n")


def test_a_plan_of_ones_own_is_checked_with_them(folder: Path) -> None:
    put(folder, "mail.yaml", EXAMPLE.replace("    right: 0", "    right: 9"))
    done = run("check")
    assert done.exit_code == 2
    assert "mail.yaml:" in done.output
    assert "quiz[0].right: right counts from 0" in done.output
    assert "8 files, 1 mistakes" in done.output


def test_remarks_count_only_where_strictness_is_asked(folder: Path) -> None:
    path = str(put(folder, "m.yaml", EXAMPLE.replace("    marks: verified\n", "")))
    assert run("check", path).exit_code == 0
    strict = run("check", path, "--strict")
    assert strict.exit_code == 1
    assert "No step marks verified" in strict.output


def test_two_files_of_a_folder_with_one_id_are_a_mistake(folder: Path) -> None:
    put(folder, "a.yaml")
    put(folder, "b.yaml")
    done = run("check", "plans")
    assert done.exit_code == 2
    assert "a.yaml has the id mail-outage already" in done.output


def test_nothing_to_check_and_a_missing_folder_are_no_success(folder: Path) -> None:
    empty = run("check", "plans")
    assert (empty.exit_code, "no plan here" in empty.output) == (2, True)
    (folder / "plans").rmdir()
    gone = run("check")
    assert (gone.exit_code, "which is no folder" in gone.output) == (2, True)


def test_ones_own_plan_of_the_same_id_replaces_the_shipped_one(folder: Path) -> None:
    put(folder, "virus.yaml", EXAMPLE.replace("id: mail-outage", "id: virus"))
    listed = run("list")
    assert listed.exit_code == 0
    (row,) = (one for one in listed.output.splitlines() if one.startswith("virus"))
    assert "Plan for a mail server that fails" in row
    assert len(listed.output.splitlines()) == 7


def test_a_plan_is_shown_step_by_step_and_an_unknown_one_names_those_there_are(
    folder: Path,
) -> None:
    put(folder, "mail.yaml")
    shown = run("show", "mail-outage")
    assert shown.exit_code == 0
    assert len(shown.output.splitlines()) == 1 + 5
    assert "T+30  operator   Switch to the spare" in shown.output
    unknown = run("show", "nothing")
    assert unknown.exit_code == 2
    assert all(plan.id in unknown.output for plan in loader.shipped())


def test_mistakes_are_told_in_chinese_to_a_chinese_terminal(folder: Path) -> None:
    put(folder, "mail.yaml", EXAMPLE.replace("zh: 桌面推演", "zh: ''"))
    done = run("check", language="zh_CN")
    assert "title.zh: 不能为空。" in done.output
    assert "8 个文件，共 1 处错误；有错误的预案不会生效。" in done.output
