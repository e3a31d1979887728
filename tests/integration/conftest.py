"""What the tests of the installation share: a clone, the wheel built in it once, an environment with it."""

import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]
ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.lock"
NOT_CLONED = shutil.ignore_patterns(
    ".git", ".venv*", ".nutgraf*", ".bench", "dist", "build", "__pycache__", ".*_cache"
)
_README = (
    (ROOT / "README.md")
    .read_text(encoding="utf-8")
    .partition("\n## Sixty seconds\n")[2]
    .partition("\n## ")[0]
)


def _readme_commands(start: str) -> list[str]:
    """Return the commands of the README's code blocks about installing whose first command starts so."""
    blocks = [
        block.splitlines() for block in re.findall(r"^```\n(.*?)^```", _README, re.MULTILINE | re.DOTALL)
    ]
    block = next(block for block in blocks if block[0].startswith(start))
    return [re.split(r"\s{2,}#", line)[0].strip() for line in block]


def _environment(home: Path, *programs: Path) -> dict[str, str]:
    """Return the environment of a person with an empty home, whose package caches are those of this machine.

    The folders `programs` are looked in first. The lock file chooses the releases, as in every other test.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        # `make test` tells a `make` inside it that it is one: it would print which folder it works in.
        if not name.startswith(("NUTGRAF_", "PIPX_", "UV_", "MAKE"))
        and name not in {"MFLAGS", "PYTHONPATH", "VIRTUAL_ENV"}
    }
    caches = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return kept | {
        "HOME": str(home),
        "PATH": os.pathsep.join([*map(str, programs), os.environ["PATH"]]),
        "PIP_CACHE_DIR": os.environ.get("PIP_CACHE_DIR", str(caches / "pip")),
        "UV_CACHE_DIR": os.environ.get("UV_CACHE_DIR", str(caches / "uv")),
        "PIP_CONSTRAINT": str(LOCK),
        "UV_CONSTRAINT": str(LOCK),
        "UV_PYTHON": sys.executable,
        "UV_PYTHON_DOWNLOADS": "never",
    }


def _run(*command: str | Path, **more: object) -> "subprocess.CompletedProcess[str]":
    """Run a command that must succeed."""
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False, **more)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="session")
def run() -> Run:
    """Return a function that runs a command, which must succeed."""
    return _run


@pytest.fixture(scope="session")
def readme_commands() -> Callable[[str], list[str]]:
    """Return a function that looks up commands of the README by how the first one starts."""
    return _readme_commands


@pytest.fixture(scope="session")
def environment() -> Callable[..., dict[str, str]]:
    """Return a function that makes the environment of a person with an empty home."""
    return _environment


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Skip what needs the package registry where it cannot be reached."""
    folder = tmp_path_factory.mktemp("registry")
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-cache-dir",
        "--no-deps",
        "--dest",
        str(folder),
    ]
    done = subprocess.run([*command, "hatchling"], capture_output=True, text=True, check=False, timeout=120)
    if done.returncode:
        pytest.skip(f"the package registry cannot be reached: {done.stderr.strip().splitlines()[-1:]}")


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the repository as somebody clones it: no environment, no index, no wheel."""
    return Path(
        shutil.copytree(ROOT, tmp_path_factory.mktemp("clone") / "nutgraf", symlinks=True, ignore=NOT_CLONED)
    )


@pytest.fixture(scope="session")
def wheel(registry: None, clone: Path) -> Path:
    """Build the wheel by the README's command, and return its path."""
    (command,) = (c for c in _readme_commands("python3 -m pip wheel") if " wheel " in c)
    home = clone.parent / "home"
    home.mkdir()
    _run("bash", "-c", command, cwd=clone, env=_environment(home, Path(sys.executable).parent))
    (built,) = (clone / "dist").iterdir()
    return built


@pytest.fixture(scope="session")
def tools(registry: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install pipx and uv into an environment of their own, and return its folder of programs."""
    folder = tmp_path_factory.mktemp("tools") / "venv"
    venv.create(folder, with_pip=True)
    _run(folder / "bin" / "python", "-m", "pip", "install", "--quiet", "pipx", "uv")
    return folder / "bin"


@pytest.fixture(scope="session")
def pipx_environment(wheel: Path, tools: Path, clone: Path) -> dict[str, str]:
    """Install the wheel by the README's command, and return an environment that finds its programs."""
    (command,) = (c for c in _readme_commands("python3 -m pip wheel") if c.startswith("pipx install "))
    home = clone.parent / "pipx-home"
    home.mkdir()
    ready = _environment(home, home / ".local" / "bin", tools) | {"PIPX_HOME": str(home / "pipx")}
    _run("bash", "-c", command, cwd=clone, env=ready)
    return ready


@pytest.fixture(scope="session")
def installed(pipx_environment: dict[str, str]) -> Path:
    """Return the folder of programs of the environment that pipx made: the wheel without extras."""
    return Path(pipx_environment["PIPX_HOME"]) / "venvs" / "nutgraf" / "bin"
