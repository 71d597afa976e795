"""The virtual environment: made, filled from pinned files, linked to the tree."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from tools import native, system
from tools.system import Kind

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
CATALOGUES = ROOT / "opsdesk/translations"
SYSTEM_FONTS = Path("/etc/fonts/fonts.conf")
WHEELS = ROOT / "wheels"  # brought along by an offline bundle


class Stuck(Exception):
    """Set-up cannot go on; the sentence says what to do."""


def program(name: str) -> str:
    """Give the full path of a program of the environment."""
    return str(BIN / name)


def variables() -> dict[str, str]:
    """Say what children see: the environment first, bytecode kept, fonts found."""
    # Without bytecode every start compiles some thousand modules again.
    ours = ("PYTHONDONTWRITEBYTECODE", "PYTHONHOME", "PYTHONPATH", "PIP_USER")
    seen = {name: value for name, value in os.environ.items() if name not in ours}
    seen["VIRTUAL_ENV"] = str(VENV)
    usual = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    seen["PATH"] = os.pathsep.join([str(BIN), os.environ.get("PATH") or usual])
    if folders := native.library_folders():
        before = [seen["LD_LIBRARY_PATH"]] if seen.get("LD_LIBRARY_PATH") else []
        seen["LD_LIBRARY_PATH"] = os.pathsep.join([*folders, *before])
        if not SYSTEM_FONTS.exists():
            seen["FONTCONFIG_FILE"] = str(native.NATIVE / "fonts.conf")
    return seen


def is_ready(kind: Kind) -> bool:
    """Say whether the environment holds exactly what the requirements pin."""
    stamp = _stamp(kind)
    return stamp.is_file() and stamp.read_text() == _fingerprint(kind)


def needs_pip(kind: Kind) -> bool:
    """Say whether a pip must come from outside: no uv, no pip, no ensurepip."""
    has_pip = BIN.joinpath("pip").exists() or importlib.util.find_spec("ensurepip")
    return not (is_ready(kind) or shutil.which("uv") or has_pip)


def install(kind: Kind) -> None:
    """Make the environment where it is missing or broken, and fill it."""
    if is_ready(kind) and _works():
        return
    try:
        if not _works():
            print("making .venv", flush=True)
            venv.EnvBuilder(clear=True, symlinks=True, with_pip=False).create(VENV)
        _keep(VENV / ".made-at", str(VENV))
        what = _requirements(kind).relative_to(ROOT)
        print(f"installing {what} (half a minute the first time)", flush=True)
        _fill(_requirements(kind))
    except PermissionError as error:
        raise Stuck(f"{error.filename} is not writable for this account") from error
    for done in ("run", "test") if kind == "test" else ("run",):
        _stamp(done).write_text(_fingerprint(done))


def link_project() -> None:
    """Let the environment import the tree as it stands, and give it `opsdesk`."""
    packages = _site_packages()
    _keep(packages / "opsdesk.pth", f"{ROOT}\n")
    _describe(packages)
    if _keep(BIN / "opsdesk", _launcher()):
        BIN.joinpath("opsdesk").chmod(0o755)


def compile_messages() -> None:
    """Compile the translations that are newer than what was compiled of them."""
    for source in sorted(CATALOGUES.glob("*/LC_MESSAGES/*.po")):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        command = [program("pybabel"), "-q", "compile", "-i", str(source)]
        done = subprocess.run([*command, "-o", str(compiled)], env=variables())
        if done.returncode:
            raise Stuck(
                f"{source} could not be compiled; the lines above say why. Nothing "
                "was changed. Mend the file, or the rights of its folder."
            )


def download_wheels(folder: Path) -> None:
    """Fetch, for a machine like this one, the wheels that running needs.

    Its Python may be an older patch release: what only those need is fetched, too.
    """
    folder.mkdir()
    pinned = folder / "requirements.txt"
    text = _requirements("run").read_text()
    pinned.write_text(re.sub(r" ; python_full_version [^\\\n]*", " ", text))
    what = ["--require-hashes", "-r", str(pinned), "-d", str(folder)]
    done = subprocess.run([*_pip(), "download", "--quiet", *what], env=_calm())
    if done.returncode:
        raise Stuck("the wheels could not be fetched; the lines above say why.")
    pinned.unlink()


def report() -> list[str]:
    """One line on each part of the environment."""
    states = [f"{kind} {'ready' if is_ready(kind) else 'not set up'}" for kind in KINDS]
    return [
        f"python            {sys.executable} {sys.version.split()[0]}",
        f"environment       {VENV}: {', '.join(states)}",
        f"uv                {shutil.which('uv') or 'not on PATH; pip is used'}",
    ]


KINDS: tuple[Kind, ...] = ("run", "test")


def _requirements(kind: Kind) -> Path:
    return ROOT / f"requirements/{kind}.txt"


def _stamp(kind: Kind) -> Path:
    return VENV / f".ready-{kind}"


def _fingerprint(kind: Kind) -> str:
    pinned = _requirements(kind).read_bytes()
    return hashlib.sha256(pinned + str(VENV).encode()).hexdigest() + "\n"


def _works() -> bool:
    """Say whether the environment's Python starts, and is still new enough."""
    check = "import sys; sys.exit(sys.version_info < (3, 11))"
    try:
        done = subprocess.run([program("python"), "-I", "-c", check])
    except OSError:
        return False
    made_at = VENV / ".made-at"  # moved elsewhere, its programs start nothing
    moved = made_at.is_file() and made_at.read_text() != str(VENV)
    return done.returncode == 0 and not moved and (VENV / "pyvenv.cfg").is_file()


def _fill(requirements: Path) -> None:
    """Install by uv where there is one, else, or where that fails, by pip."""
    pinned = ["--require-hashes", "-r", str(requirements)]
    if WHEELS.is_dir() and requirements == _requirements("run"):
        pinned += ["--no-index", "--find-links", str(WHEELS)]
    if uv := shutil.which("uv"):
        where = ["--python", program("python"), "--compile-bytecode", "--quiet"]
        done = subprocess.run([uv, "pip", "install", *where, *pinned], env=_uv())
        if done.returncode == 0:
            return
    done = subprocess.run([*_pip(), "install", "--quiet", *pinned], env=_calm())
    if done.returncode:
        raise Stuck(
            "the Python packages could not be installed; the lines above say why. "
            "Nothing is half-made: run it again. Behind a mirror set PIP_INDEX_URL, "
            "behind a proxy https_proxy, with a private certificate PIP_CERT."
        )


def _pip() -> list[str]:
    python = program("python")
    if BIN.joinpath("pip").exists():
        return [python, "-m", "pip"]
    if importlib.util.find_spec("ensurepip"):
        done = subprocess.run(
            [python, "-m", "ensurepip", "--default-pip"],
            stdout=subprocess.DEVNULL,
            env=_calm(),
        )
        if done.returncode == 0:
            return [python, "-m", "pip"]
    if wheel := native.pip_wheel():
        return [python, str(wheel / "pip")]
    raise Stuck(
        "there is no pip on this machine. Ask an administrator for: "
        f"apt-get install {system.PIP}\n本机没有 pip，请管理员安装上述软件包。"
    )


def _calm() -> dict[str, str]:
    """Respect what is set for pip (index, proxy, certificates), but not its chat."""
    seen = variables() | {
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
        "PIP_REQUIRE_VIRTUALENV": "0",
    }
    if not os.access(seen.get("HOME") or "/nonexistent", os.W_OK):
        seen.setdefault("PIP_NO_CACHE_DIR", "1")
    if bundle := native.certificates():
        seen.setdefault("PIP_CERT", str(bundle))
    return seen


def _uv() -> dict[str, str]:
    """Give uv the index that is set for pip: it reads no setting of pip's."""
    seen = variables()
    if (index := seen.get("PIP_INDEX_URL")) and "UV_INDEX_URL" not in seen:
        seen.setdefault("UV_DEFAULT_INDEX", index)
    return seen


def _site_packages() -> Path:
    (folder,) = VENV.glob("lib/python3*/site-packages")
    return folder


def _describe(packages: Path) -> None:
    """Record name and version, for importlib.metadata."""
    found = re.search(
        r'^version = "(.+)"$', ROOT.joinpath("pyproject.toml").read_text(), re.MULTILINE
    )
    version = found[1] if found else "0"
    for old in packages.glob("opsdesk-*.dist-info"):
        if old.name != f"opsdesk-{version}.dist-info":
            shutil.rmtree(old)
    text = f"Metadata-Version: 2.1\nName: opsdesk\nVersion: {version}\n"
    _keep(packages / f"opsdesk-{version}.dist-info/METADATA", text)


def _keep(path: Path, text: str) -> bool:
    """Write the file unless it says so already; tell whether it was written."""
    if path.is_file() and path.read_text() == text:
        return False
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return True


def _launcher() -> str:
    """Write it in shell: paths may hold spaces, and libraries may be unpacked."""
    lines = ["#!/bin/sh"]
    if folders := native.library_folders():
        joined = os.pathsep.join(folders)
        after = "${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
        lines.append(f'LD_LIBRARY_PATH="{joined}{after}"')
        lines.append("export LD_LIBRARY_PATH")
        if not SYSTEM_FONTS.exists():
            lines.append(f'export FONTCONFIG_FILE="{native.NATIVE}/fonts.conf"')
    # -P: a folder named like one of our packages, where the user stands, stays out.
    start = "import sys; sys.argv[0] = 'opsdesk'; from opsdesk.cli import run; "
    start += "run()"
    lines.append(f'exec "{BIN}/python" -P -c "{start}" "$@"')
    return "\n".join([*lines, ""])
