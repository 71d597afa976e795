"""`pip install .` gives the whole desk, wherever it is installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("migrations", "opsdesk", "probes", "reports", "runbooks")
BUILD = "from setuptools.build_meta import build_wheel as b; b('dist')"
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.mo", "*.pyc")
BESIDE = ("pyproject.toml", "setup.py", "MANIFEST.in", "LICENSE", "NOTICE", "README.md")

pytestmark = pytest.mark.xdist_group("wheel")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the tree without a network."""
    tree = tmp_path_factory.mktemp("tree")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tree / package, ignore=LEFT_OUT)
    for name in BESIDE:
        shutil.copy(ROOT / name, tree / name)
    subprocess.run(
        [sys.executable, "-c", BUILD],
        cwd=tree,
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=300,
    )
    (built,) = tree.glob("dist/*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which the wheel was unpacked, as an installer would."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_every_file_of_the_packages_is_in_the_wheel(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    ours = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert not {name for name in ours if not name.endswith(".mo")} - held


def test_the_wheel_holds_nothing_but_the_packages_and_its_record(wheel: Path) -> None:
    tops = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


def test_the_wheel_holds_the_compiled_translations(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    sources = {name for name in held if name.endswith(".po")}
    assert sources
    assert not {name.removesuffix("po") + "mo" for name in sources} - held


def test_the_wheel_carries_its_licences(wheel: Path) -> None:
    held = zipfile.ZipFile(wheel).namelist()
    for name in ("LICENSE", "NOTICE"):
        assert any(one.endswith(f".dist-info/licenses/{name}") for one in held)


@pytest.mark.parametrize("package", PACKAGES)
def test_an_installed_package_is_ours_and_not_a_namesake(
    installed: Path, package: str
) -> None:
    ask = f"import {package}; print({package}.__file__)"
    assert _python(installed, ask).strip() == str(installed / package / "__init__.py")


def test_the_installed_command_starts_from_anywhere(installed: Path) -> None:
    said = _python(installed, "from opsdesk.cli import main; main()", "--help")
    assert "serve" in said
    assert "inspect" in said


def test_the_installed_desk_makes_its_database(installed: Path, tmp_path: Path) -> None:
    ask = "from opsdesk.cli import main; main()"
    config = tmp_path / "config.yaml"
    _python(installed, ask, "--config", str(config), "init")
    assert config.is_file()
    assert list(tmp_path.rglob("*.sqlite*")) or list(tmp_path.rglob("*.db"))


def _python(site: Path, code: str, *arguments: str) -> str:
    """Run code at the root folder, with the unpacked wheel before all else."""
    before = f"import sys; sys.path.insert(0, {str(site)!r}); sys.argv[0] = 'opsdesk'\n"
    done = subprocess.run(
        [sys.executable, "-I", "-c", before + code, *arguments],
        cwd="/",
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
