"""The documentation names what there is, in lines that can be read, with the numbers of the code."""

import inspect
import re
from dataclasses import fields, is_dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from starlette.routing import Route

import nutgraf.api.engine.limits
import nutgraf.api.web.cursors
import nutgraf.errors
import nutgraf.indexer.errors
import nutgraf.models.errors
import nutgraf.qa.errors
from benchmarks.help import help_text, with_help
from nutgraf.api.web.app import STATUS, create_app
from nutgraf.api.web.page.routes import router as pages
from nutgraf.archive import Archive
from nutgraf.indexer.loaders.formats import LOADERS
from nutgraf.models import answering
from nutgraf.qa.profiles import PROFILES
from nutgraf.settings import Settings

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = {"README.md": README} | {
    f"docs/{path.name}": path.read_text(encoding="utf-8") for path in sorted(DOCS.glob("*.md"))
}
ARCHITECTURE = (DOCS / "architecture.md").read_text(encoding="utf-8")
LINE_CHARS = 110
HTTP = (ROOT / "docs" / "http.md").read_text(encoding="utf-8")
CLI = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
BASES = {"indexer_error", "nutgraf_error", "qa_error"}
PYTHON_ONLY = {"archive_closed", "bad_input"}
CLIENT_ONLY = {"access_denied", "server_busy", "server_error", "server_unreachable"}
"""What no server answers: docs/http.md has them under "From Python"."""
OF_DOORS = {"bad_request", "http"}
COMMANDS = [
    "index",
    "follow",
    "encode",
    "ask",
    "search",
    "list",
    "show",
    "export",
    "watch",
    "remove",
    "info",
    "eval",
    "calibrate",
    "serve",
    "mcp",
    "doctor",
]
BELOW = {
    "eval": ["eval extraction", "eval compare"],
    "watch": ["watch add", "watch list", "watch remove", "watch run"],
}


@cache
def help_of(command: str = "") -> str:
    return help_text(command)


@pytest.mark.parametrize("page", sorted(PAGES.keys() - {"docs/log.md"}))
def test_no_page_says_that_the_archive_has_no_answer_where_none_was_found(page: str) -> None:
    words = " ".join(PAGES[page].split())
    false = r"no article answers|archive (?:does not answer|cannot answer|does not\.)|\| not in the archive"
    assert re.findall(false, words) == []


def test_every_command_has_its_heading() -> None:
    listed = re.findall(r"^  ([a-z]+)  ", help_of().split("Commands:")[1], re.MULTILINE)
    assert sorted(listed) == sorted(COMMANDS)
    assert re.findall(r"^## nutgraf (\w+)$", CLI, re.MULTILINE) == COMMANDS


def test_help_in_the_documentation_is_what_the_commands_print() -> None:
    """If this fails, run `make docs`."""
    blocks = re.findall(r"^\$ nutgraf ([a-z ]*)--help$", CLI, re.MULTILINE)
    assert [block.strip() for block in blocks] == [
        "",
        *(block for command in COMMANDS for block in (command, *BELOW.get(command, []))),
    ]
    assert with_help(CLI) == CLI


def section(text: str, heading: str) -> str:
    """Return what stands between a heading and the next one of its rank."""
    return text.partition(f"\n{heading}\n")[2].partition("\n## ")[0]


def without_code(text: str) -> str:
    """Return a page without its code blocks, each of them an empty line."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def rows(text: str) -> list[list[str]]:
    """Return the cells of a table's rows, without its head."""
    lines = [line.split("|")[1:-1] for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line] for line in lines if "---" not in line[0]][1:]


@pytest.mark.parametrize("command", [*sorted({*COMMANDS} - {"watch"}), *BELOW["watch"]])
def test_every_option_is_described(command: str) -> None:
    options = set(re.findall(r"--[a-z][a-z-]+", help_of(command).split("Options:")[1])) - {"--help"}
    assert options
    described = without_code(section(CLI, f"## nutgraf {command.split(maxsplit=1)[0]}"))
    assert {option for option in options if not re.search(rf"`{option}[` ]", described)} == set()


def test_every_setting_is_described() -> None:
    read = {
        name
        for folder in ("api", "nutgraf")
        for path in (ROOT / folder).rglob("*.py")
        for name in re.findall(r"NUTGRAF_[A-Z_]+", path.read_text())
    }
    assert {name for name in read if f"`{name}`" not in CLI} == set()


def coded() -> dict[str, type[Exception]]:
    """Return our errors by their codes."""
    modules = (
        nutgraf.errors,
        nutgraf.indexer.errors,
        nutgraf.models.errors,
        nutgraf.qa.errors,
        nutgraf.api.web.cursors,
        nutgraf.api.engine.limits,
    )
    classes = [value for module in modules for value in vars(module).values() if isinstance(value, type)]
    return {kind.code: kind for kind in classes if issubclass(kind, Exception) and hasattr(kind, "code")}


def test_every_error_code_of_the_command_line_has_its_row() -> None:
    described = {code for row in rows(section(CLI, "## Error codes")) for code in re.findall(r"\w+", row[0])}
    elsewhere = {"busy", "bad_cursor", "stale_cursor"}  # what only a server says
    assert coded().keys() - elsewhere - BASES == described - OF_DOORS


def test_every_failure_over_http_has_its_row() -> None:
    """Each code under each of its statuses, and nothing else."""
    raised = {(400, "http"), (404, "http"), (405, "http"), (500, "defect")}
    for code, error in coded().items():
        kinds = [status for kind, status in STATUS.items() if issubclass(error, kind)]
        raised.add((kinds[0] if kinds else 500, code))
    for path in (ROOT / "api" / "web").glob("*.py"):
        source = path.read_text(encoding="utf-8")
        refusals = re.findall(r'(?:_shaped|Refused)\(\s*(\d+),\s*"(\w+)"', source)
        raised |= {(int(status), code) for status, code in refusals}
    described = [
        (int(status), code)
        for row in rows(section(HTTP, "## Failures"))
        for status in row[0].split(", ")
        for code in re.findall(r"`(\w+)`", row[1])
    ]
    assert sorted(described) == sorted(
        (status, code)
        for status, code in raised
        if code not in {"bad_source", *PYTHON_ONLY, *CLIENT_ONLY, *BASES}
    )


def test_every_route_has_its_row() -> None:
    app = create_app(Archive(Settings()))
    routes = {
        f"{method.upper()} {path}" for path, kinds in app.openapi()["paths"].items() for method in kinds
    }
    for route in [*app.routes, *pages.routes]:  # with those that programs are not told of
        if isinstance(route, Route):
            path = route.path.replace(":path", "")
            routes |= {f"{method} {path}" for method in (route.methods or set()) - {"HEAD"}}
    described = [
        route for row in rows(section(HTTP, "## Routes")) for route in re.findall(r"`(.+?)`", row[0])
    ]
    assert sorted(described) == sorted(routes)


def test_the_readme_shows_what_make_ask_prints() -> None:
    """The sentence and the place; the numbers are pinned in tests/quality."""
    assert (
        "China agreed during the talks on Wednesday to new United Nations sanctions against the North"
        in README
    )
    assert "[1397:1443]" in README
    for target in ("ask", "test", "help"):
        assert f"make {target}" in README
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("name", PAGES)
def test_lines_are_short(name: str) -> None:
    """Lines of 110 characters at most; code, tables, images and addresses may be longer."""
    prose = re.sub(r"^(\|.*|!\[.*)$", "", without_code(PAGES[name]), flags=re.MULTILINE)
    lines = re.sub(r"https?://[^\s)]+", "", prose).splitlines()
    assert [line for line in lines if len(line) > LINE_CHARS] == []


def test_every_page_has_its_kind() -> None:
    """docs/README.md lists each page once, under one of the four kinds."""
    index = PAGES["docs/README.md"]
    kinds = ["## Tutorial", "## How-to guides", "## Reference", "## Explanation"]
    assert re.findall(r"^## .*$", index, re.MULTILINE) == kinds
    listed = [page for kind in kinds for page in re.findall(r"^- \[(\w+\.md)\]", section(index, kind), re.M)]
    assert sorted(listed) == sorted(path.name for path in DOCS.glob("*.md") if path.name != "README.md")


def test_every_suffix_is_in_one_row_of_the_formats() -> None:
    rows_of = re.findall(r"^\| [\w-]+(?: \w+)? \| (`\..*?) \|", PAGES["docs/formats.md"], re.MULTILINE)
    named = [suffix for row in rows_of for suffix in re.findall(r"`(\.[\w.]+)`", row)]
    assert {*named} == {*LOADERS}
    assert sorted({*named} - {".xml"}) == sorted(suffix for suffix in named if suffix != ".xml")


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    """Relative links name a file that is there, and a heading that it has."""
    base = (ROOT / name).parent
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(PAGES[name])):
        if target.startswith(("http:", "https:")):
            continue
        file, _, heading = target.partition("#")
        path = base / file if file else ROOT / name
        assert path.exists(), target
        if heading:
            titles = re.findall(r"^#+ (.*)$", without_code(path.read_text(encoding="utf-8")), re.MULTILINE)
            assert heading in {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_paths_in_the_architecture_are_there() -> None:
    named = re.findall(r"`((?:api|benchmarks|indexer|models|nutgraf|qa|tests)/[\w/.]*)`", ARCHITECTURE)
    assert len(named) > 50
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_names_in_the_architecture_are_in_the_code() -> None:
    """Of `Searcher.search_encoded`, both parts are defined: the class, and something of that name."""
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for room in ("api", "indexer", "models", "nutgraf", "qa")
        for path in (ROOT / room).rglob("*.py")
    )
    named = set(re.findall(r"`([A-Z][A-Za-z]+)\.([a-z]\w*)`", ARCHITECTURE))
    assert len(named) > 10
    assert [
        f"{owner}.{name}"
        for owner, name in sorted(named)
        if not re.search(rf"^class {owner}\b", code, re.MULTILINE)
        or not re.search(rf"^    (def )?{name}\b|self\.{name}\b", code, re.MULTILINE)
    ] == []


def constants() -> list[tuple[str, str, str]]:
    """Return the rows (constant, value, file) of all tables that begin `| constant | value | where |`."""
    tables = [
        table
        for page in PAGES.values()
        for table in re.findall(r"^\| constant \| value \| where \|.*\n((?:\|.*\n)+)", page, re.MULTILINE)
    ]
    cells = [
        [cell.strip().strip("`") for cell in line.split("|")[1:4]]
        for table in tables
        for line in table.splitlines()[1:]
    ]
    return [(constant, value, where) for constant, value, where in cells]


def value_in_code(constant: str, where: str) -> object:
    """Return the value of `NAME`, or the default of `Dataclass.field`, of a file of the repository."""
    module = import_module("nutgraf." + where.removesuffix(".py").replace("/", ".").removeprefix("nutgraf."))
    owner, _, field_name = constant.partition(".")
    value: object = getattr(module, owner)
    if field_name:
        assert isinstance(value, type)
        assert is_dataclass(value)
        return next(field.default for field in fields(value) if field.name == field_name)
    return value


@pytest.mark.parametrize(("constant", "value", "where"), constants())
def test_constants_are_those_of_the_code(constant: str, value: str, where: str) -> None:
    in_code = value_in_code(constant, where)
    assert isinstance(in_code, int | float)
    assert float(value.replace(",", "")) == in_code


def test_there_are_constants_to_compare() -> None:
    assert len(constants()) > 30


def test_profiles_read_as_many_passages_as_the_table_says() -> None:
    table = rows(section(CLI, "## Profiles"))
    read = {re.findall(r"\w+", row[0])[0]: int(row[1]) for row in table}
    assert read == {name: profile.reading.windows for name, profile in PROFILES.items()}


def test_defaults_of_the_reader_are_those_of_the_code() -> None:
    defaults = {
        name: parameter.default for name, parameter in inspect.signature(answering.answer).parameters.items()
    }
    table = rows(section(PAGES["docs/reader.md"], "## Moving from the transformers pipeline"))
    assert {row[0].strip("`"): row[1].strip("`") for row in table} == {
        name: str(default) for name, default in defaults.items() if default is not inspect.Parameter.empty
    }
