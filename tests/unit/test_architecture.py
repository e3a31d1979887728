"""The walls between the rooms: import direction, one home a heavy library, nothing heavy at import."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TRAINING = ROOT / "models" / "training"
MAY_IMPORT = {
    "models": {"models"},
    "indexer": {"indexer", "models"},
    "qa": {"qa", "indexer", "models"},
    "nutgraf": {"nutgraf", "qa", "indexer", "models"},
    "api": {"api", "nutgraf", "qa", "indexer", "models"},
}
ROOMS = ("objects", "terminal", "engine", "evaluation", "doctor", "mcp", "web", "commands")
"""The folders of api/, each of which knows only those to its left."""
ENGINE_IMPORTERS = {
    "nutgraf/engines.py",  # gives everybody else what stands behind the Protocols
    "api/doctor/index_checks.py",  # an engine is checked by checks of its own
}
"""Everything else goes through `nutgraf.Archive` or the Protocols of indexer/storage.py."""

HOMES = {
    "faiss": {"indexer/embedded/vectors.py"},
    "tantivy": {"indexer/embedded/lexical.py", "indexer/terms.py"},
    "sqlite3": {"indexer/embedded/database.py"},
    "pymilvus": {"indexer/milvus/connection.py"},
    "milvus_lite": {"indexer/milvus/connection.py"},
    "ray": {"indexer/ray/cluster.py"},
    "onnxruntime": {"models/onnx.py"},
    "torch": {"models/hf.py"},
    "transformers": {"models/hf.py"},
    "sentence_transformers": {"models/hf.py"},
    "sentencex": {"indexer/passages.py"},
    "dateparser": {"indexer/days.py"},
    "rensa": {"indexer/duplicates.py"},
    "trafilatura": {"indexer/loaders/pages/extraction.py"},
    "warcio": {"indexer/loaders/archives/warc.py"},
    "pyarrow": {"indexer/loaders/records/parquet.py"},
    "pypdfium2": {"indexer/loaders/pdf/pages.py"},
    "tesserocr": {"indexer/loaders/pdf/ocr.py"},
    "httpx": {"indexer/web/client.py", "nutgraf/transport.py"},
    "fastapi": {
        *(f"api/web/{name}.py" for name in ("app", "browse", "citations", "deadline", "routes", "watches")),
        "api/web/page/routes.py",
    },
    "jinja2": {"api/web/page/render.py"},
    "pydantic": {
        *(f"api/objects/{name}.py" for name in ("requests", "responses", "watches")),
        *(f"api/web/{name}.py" for name in ("app", "routes")),
        *(f"api/mcp/{name}.py" for name in ("citing", "tool_errors", "tools", "watches")),
    },
    "mcp": {"api/mcp/server.py", "api/mcp/transports.py"},
    "prometheus_client": {"api/web/metrics.py"},
    "typer": {
        "api/commands/cli.py",
        "api/commands/options.py",
        *(
            f"api/commands/{name}.py"
            for name in ("archive", "ask", "browse", "completion", "doctor", "encode")
        ),
        *(f"api/commands/{name}.py" for name in ("eval", "follow", "remote", "serve", "watch")),
    },
    "ir_measures": {"qa/evaluate/ranking.py"},
    "matplotlib": {"api/evaluation/plot.py"},
}
HEAVY = [
    *("torch", "transformers", "sentence_transformers", "onnxruntime", "faiss", "tokenizers"),
    *("tantivy", "trafilatura", "docx", "pypdfium2", "charset_normalizer", "filelock", "uvicorn"),
    *("dateparser", "ir_measures", "matplotlib", "rensa", "warcio", "pyarrow", "tesserocr", "httpx", "lxml"),
    *("pymilvus", "milvus_lite", "pandas", "grpc", "ray"),
]


def modules() -> list[Path]:
    """Return every file of the package, each once: nutgraf/ holds links to the other folders."""
    folders = [sorted((ROOT / name).rglob("*.py")) for name in MAY_IMPORT if name != "nutgraf"]
    return [path for folder in [*folders, sorted((ROOT / "nutgraf").glob("*.py"))] for path in folder]


def room(module: str) -> str:
    """Return the name by which the tables above call an imported module."""
    if module == "nutgraf.error":
        return ""  # the base of all errors is a leaf, as it says
    first, *rest = module.split(".")
    assert first == "nutgraf" or first not in MAY_IMPORT, f"{module} is imported as nutgraf.{module}"
    return rest[0] if first == "nutgraf" and rest and rest[0] in MAY_IMPORT else first


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Yield (name, whether it is imported when the module is) for every import of a file.

    The name is the first part of what is imported, of our own package the part after `nutgraf`.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    later = {
        id(node)
        for scope in ast.walk(tree)
        if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef)
        or (isinstance(scope, ast.If) and ast.unparse(scope.test) == "TYPE_CHECKING")
        for node in ast.walk(scope)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((room(alias.name), id(node) not in later) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield room(node.module or ""), id(node) not in later


@pytest.mark.parametrize("path", modules(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_imports_run_one_way(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    if path.name == "__main__.py" and package == "nutgraf":
        return  # the one way from the package up to its command line
    ours = {name for name, _ in imports(path)} & MAY_IMPORT.keys()
    assert ours <= MAY_IMPORT[package]


@pytest.mark.parametrize("name", ROOMS)
def test_rooms_of_api_know_those_to_their_left(name: str) -> None:
    left = ROOMS[: ROOMS.index(name) + 1]
    for path in sorted((ROOT / "api" / name).rglob("*.py")):
        known = set(re.findall(r"(?:from|import) nutgraf\.api\.(\w+)", path.read_text(encoding="utf-8")))
        assert known <= {*left}, path


def test_every_file_of_api_is_in_a_room() -> None:
    assert {path.name for path in (ROOT / "api").iterdir()} - {"__pycache__"} == {"__init__.py", *ROOMS}


def test_few_files_know_the_embedded_engine() -> None:
    known = {
        path.relative_to(ROOT).as_posix()
        for path in modules()
        if not path.is_relative_to(ROOT / "indexer" / "embedded")
        and re.search(r"(from|import) nutgraf\.indexer\.embedded", path.read_text(encoding="utf-8"))
    }
    assert known == ENGINE_IMPORTERS


@pytest.mark.parametrize("library", HOMES)
def test_each_library_has_one_home(library: str) -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for path in modules()
        if not {"training", "export"} & set(path.parts) and library in {name for name, _ in imports(path)}
    }
    assert found == HOMES[library]


@pytest.mark.parametrize("path", modules(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_heavy_libraries_are_imported_in_functions(path: Path) -> None:
    if path.is_relative_to(TRAINING):
        pytest.skip("training is torch from end to end, and no other code imports it")
    assert not {name for name, at_import in imports(path) if at_import} & set(HEAVY)


def test_nothing_imports_the_training_but_itself() -> None:
    outside = [path for path in modules() if not path.is_relative_to(TRAINING)]
    assert len(outside) > 30
    assert not [path for path in outside if "nutgraf.models.training" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize(
    "code",
    [
        "import nutgraf, nutgraf.api, nutgraf.indexer, nutgraf.models, nutgraf.qa",
        "import nutgraf.client; nutgraf.client.Client('http://127.0.0.1:8017')",
        "import nutgraf.api.commands.cli, nutgraf.opening, nutgraf.ingest, nutgraf.indexer.embedded.writer\n"
        "import nutgraf.indexer.embedded.index, nutgraf.qa.answer",
        "import sys; sys.argv = ['ask', '--help']; from nutgraf.api.commands.cli import ask_main\n"
        "try: ask_main()\nexcept SystemExit: pass",
        "import sys; sys.argv = ['nutgraf', 'index', '--help']; from nutgraf.api.commands.cli import main\n"
        "try: main()\nexcept SystemExit: pass",
    ],
)
def test_nothing_heavy_is_loaded(code: str) -> None:
    unwanted = [*HEAVY, "fastapi", "mcp"]
    check = f"{code}\nimport sys\nprint('LOADED', [m for m in {unwanted!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip().endswith("LOADED []")
