"""Writes what the commands of docs/tutorial.md print below them; `make docs` runs it.

Knows how the page shows files and commands; does not know what the commands do. A block
`markdown title="NAME"` is a file, which is written as it stands. Of a block `console` each line that begins
with `$ ` is run by bash, in the page's order, in an empty folder with `seeds/`; what stands below it is
replaced by what it prints. A server is stopped after its first line.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "tutorial.md"
_BLOCK = re.compile(r'^```(?:markdown title="(?P<file>[^"]+)"|console)\n(?P<text>.*?)^```$', re.M | re.S)


def with_output(page: str, home: Path) -> str:
    """Return the page with what its commands print; they are run in `home`, an empty folder."""
    shutil.copytree(ROOT / "seeds", home / "seeds")

    def block(match: re.Match[str]) -> str:
        if match["file"]:
            (home / match["file"]).write_text(match["text"], encoding="utf-8")
            return match[0]
        commands = [line for line in match["text"].splitlines() if line.startswith("$ ")]
        shown = "".join(f"{command}\n{printed(command[2:], home)}" for command in commands)
        return f"```console\n{shown}```"

    return _BLOCK.sub(block, page)


def printed(command: str, home: Path) -> str:
    """Return what a command prints to both streams, without empty lines at its end."""
    with subprocess.Popen(
        ["bash", "-c", f"exec {command}" if _serves(command) else command],
        cwd=home,
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout
        if not _serves(command):
            return process.stdout.read().rstrip() + "\n"
        line = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        return line


def environment(home: Path) -> dict[str, str]:
    """Return the environment of somebody with `nutgraf` and `ask` of this checkout, and without settings."""
    programs = home / ".programs"
    programs.mkdir(exist_ok=True)
    for name, arguments in (("nutgraf", ""), ("ask", "ask ")):
        program = programs / name
        program.write_text(
            f'#!/bin/sh\nexec "{sys.executable}" -m nutgraf {arguments}"$@"\n', encoding="utf-8"
        )
        program.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NUTGRAF_")}
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return kept | {"HOME": str(home), "PATH": path, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color"}


def _serves(command: str) -> bool:
    return command.startswith("nutgraf serve")


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        clone = Path(folder) / "nutgraf"  # the ids of files begin with the name of their folder
        clone.mkdir()
        PAGE.write_text(with_output(PAGE.read_text(encoding="utf-8"), clone), encoding="utf-8")
