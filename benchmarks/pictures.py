"""Makes the pictures of the README from real runs on seeds/: `make pictures`.

docs/answer.png is the page with an answer, photographed by the system's chromium. docs/terminal.svg is a
recording of a terminal: what each command printed there, line after line, with no font or script from
elsewhere. It has a background of its own, so that it can be read on light and on dark pages.
"""

import fcntl
import os
import pty
import re
import shutil
import socket
import struct
import subprocess
import sys
import termios
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from playwright.sync_api import ViewportSize, sync_playwright
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from benchmarks.tutorial import ROOT, environment

PAGE_PICTURE = ROOT / "docs" / "answer.png"
TERMINAL_PICTURE = ROOT / "docs" / "terminal.svg"
QUESTION = "What did China agree to on sanctions?"
COMMANDS = ["nutgraf index seeds/*.txt", f'ask "{QUESTION}"', 'ask "Who won the 2018 World Cup?"']
COLUMNS = 96
VIEWPORT: ViewportSize = {"width": 860, "height": 690}  # CSS pixels; the picture has twice as many
_TYPING_SECONDS = 1.2  # before each command, so that the answer above it can be read
_LINE_SECONDS = 0.08
_LINE_PIXELS = 24.4  # of rich's SVG
_SVG = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {char_height}px; line-height: {line_height}px; }}
.{unique_id}-title {{ font-size: 18px; font-family: system-ui, sans-serif; }}
@keyframes appear {{ from {{ opacity: 0; }} }}
@media (prefers-reduced-motion: no-preference) {{
  .{unique_id}-matrix text, .{unique_id}-backgrounds rect {{ animation: appear 0.1s both; }}
}}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
<g class="{unique_id}-backgrounds">
{backgrounds}
</g>
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def in_terminal(command: str, home: Path) -> str:
    """Return what a command prints on a terminal of `COLUMNS` columns, with its colours as ANSI codes."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))
    with subprocess.Popen(
        ["bash", "-c", command], cwd=home, env=environment(home), stdin=theirs, stdout=theirs, stderr=theirs
    ):
        os.close(theirs)
        printed = b""
        while chunk := _read(ours):
            printed += chunk
    os.close(ours)
    return printed.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux' way to say that nobody writes to the terminal any more
        return b""


def without_progress(printed: str) -> str:
    """Return what is printed without bars, which only slow machines show."""
    return "".join(line for line in printed.splitlines(keepends=True) if "\u2501" not in line)


def terminal_picture(home: Path) -> str:
    """Return the recording of `COMMANDS` as SVG."""
    console = Console(record=True, width=COLUMNS, file=StringIO())
    appears_seconds, now = [], 0.0
    for command in COMMANDS:
        shown = Text.from_ansi(without_progress(in_terminal(command, home)).strip("\n"))
        prompt = Text.assemble(("$ ", "green"), (command, "bold"))
        now += _TYPING_SECONDS
        for line in (prompt, *shown.wrap(console, COLUMNS), Text()):
            console.print(line, no_wrap=True, overflow="crop")
            appears_seconds.append(now)
            now += _LINE_SECONDS
    svg = console.export_svg(title="nutgraf", theme=MONOKAI, code_format=_SVG, unique_id="nutgraf")

    def delay(line: int) -> str:
        return f' style="animation-delay: {appears_seconds[line]:.2f}s"'

    svg = re.sub(r'clip-path="url\(#nutgraf-line-(\d+)\)"', lambda text: text[0] + delay(int(text[1])), svg)
    highlight = r'<rect fill="[^"]+" x="[^"]+" y="([^"]+)"'
    return re.sub(highlight, lambda rect: rect[0] + delay(int(float(rect[1]) / _LINE_PIXELS)), svg)


def photograph_page(home: Path, picture: Path) -> None:
    """Write a picture of the page with the answer to `QUESTION`."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with subprocess.Popen(
        ["bash", "-c", f"exec nutgraf serve --port {port}"],
        cwd=home,
        env=environment(home),
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            assert server.stderr
            server.stderr.readline()  # "listening on ..."
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
                page = browser.new_page(viewport=VIEWPORT, device_scale_factor=2, color_scheme="light")
                page.goto(f"http://127.0.0.1:{port}/?{urlencode({'q': QUESTION})}")
                page.screenshot(path=picture)
                browser.close()
        finally:
            server.terminate()


def make(answer: Path, terminal: Path) -> None:
    """Write both pictures."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        shutil.copytree(ROOT / "seeds", home / "seeds")
        terminal.write_text(terminal_picture(home), encoding="utf-8")
        photograph_page(home, answer)


if __name__ == "__main__":
    if not shutil.which("chromium"):
        sys.exit("chromium is missing: apt-get install chromium")
    make(PAGE_PICTURE, TERMINAL_PICTURE)
