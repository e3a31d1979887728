"""Makes a site of README.md, CHANGELOG.md and docs/*.md, with search; `make docs` writes it to build/site.

The pages are written for a code host. zensical takes its pages from one folder, so a copy is made in which
every link fits: to a page of the site, to a file of docs/, or else to the repository on its host. The
navigation is that of docs/README.md. A link or an anchor that leads nowhere fails. No network is used.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[1]
NOT_SEARCHED = {"CHANGELOG.md", "docs/log.md"}  # their many small entries would hide the pages that explain
_RENAMED = {"README.md": "index.md", "docs/README.md": "pages.md", "CHANGELOG.md": "changelog.md"}
_UNSEARCHED = "---\nsearch:\n  exclude: true\n---\n\n"
_CODE = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
_INDENT = re.compile(r"^ +(?=\S)", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")


@dataclass(frozen=True, slots=True)
class Site:
    """The pages of a checkout of the repository, as a site."""

    root: Path = ROOT

    def build(self, folder: Path) -> Path:
        """Write the site to `folder/site` and return that; `folder/site-source` has what it is made of.

        Raises CalledProcessError where a link leads nowhere; zensical has printed which.
        """
        source = folder / "site-source"
        shutil.rmtree(source, ignore_errors=True)
        shutil.copytree(self.root / "docs", source, ignore=shutil.ignore_patterns("*.md", "*.toml"))
        for path, name in self.pages().items():
            (source / name).write_text(self.text(path), encoding="utf-8")
        settings = (self.root / "docs" / "zensical.toml").read_text(encoding="utf-8")
        navigation = f"[project]\nnav = {self.navigation()}\n"
        config = folder / "zensical.toml"
        config.write_text(settings.replace("[project]\n", navigation, 1), encoding="utf-8")
        zensical = [sys.executable, "-m", "zensical", "build", "--strict", "--clean"]
        subprocess.run([*zensical, "--config-file", config], check=True)
        return folder / "site"

    def pages(self) -> dict[str, str]:
        """Return the name of each page in the site, by its path in the repository."""
        paths = ["README.md", "CHANGELOG.md", *(f"docs/{path.name}" for path in self._docs())]
        return {path: _RENAMED.get(path, PurePosixPath(path).name) for path in paths}

    def _docs(self) -> list[Path]:
        return sorted((self.root / "docs").glob("*.md"))

    def text(self, path: str) -> str:
        """Return the text of a page of the repository as zensical shall read it."""
        text = (self.root / path).read_text(encoding="utf-8")
        parts = _CODE.split(text)  # prose and code take turns
        for at in range(0, len(parts), 2):
            prose = _LINK.sub(lambda link: f"]({self.target(link[1], path)})", parts[at])
            prose = _INDENT.sub(
                r"\g<0>\g<0>", prose
            )  # below a list's item Python's Markdown wants four spaces
            parts[at] = prose.replace("<details>", '<details markdown="1">')
        return _UNSEARCHED * (path in NOT_SEARCHED) + "".join(parts)

    def target(self, link: str, page: str) -> str:
        """Return where a link of a page leads in the site."""
        if link.startswith(("#", "http:", "https:")):
            return link
        file, mark, heading = link.partition("#")
        path = os.path.normpath(PurePosixPath(page).parent / file)
        pages = self.pages()
        if path in pages:
            return pages[path] + mark + heading
        if path.startswith("docs/"):
            return path.removeprefix("docs/")
        project = tomllib.loads((self.root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        kind = "tree" if (self.root / path).is_dir() else "blob"
        return f"{project['urls']['Repository']}/{kind}/main/{path}"

    def navigation(self) -> str:
        """Return the pages as TOML: the kinds of docs/README.md, each with its pages, in the order there."""
        entries = ['"index.md"', '"pages.md"']
        for section in (self.root / "docs" / "README.md").read_text(encoding="utf-8").split("\n## ")[1:]:
            kind = section.partition("\n")[0]
            pages = re.findall(r"^- \[.*?\]\((\w+\.md)\)", section, re.MULTILINE)
            entries.append(f"{{ {json.dumps(kind)} = {json.dumps(pages)} }}")
        return f'[{", ".join(entries)}, "changelog.md"]'


if __name__ == "__main__":
    if not find_spec("zensical"):
        sys.exit("zensical is not installed; type: pip install 'nutgraf[docs]'")
    (ROOT / "build").mkdir(exist_ok=True)
    try:
        Site().build(ROOT / "build")
    except subprocess.CalledProcessError:
        sys.exit("the site was not built: mend the links that zensical names above")
    print("To read it, with its search: python3 -m http.server --directory build/site")
