"""The script that counts the structure of the code, on a few files made up for it."""

import ast

from benchmarks.structure import arrows, cycles, floors, identifiers, inside_cycles, shared_class_names

FILES = {
    "api/__init__.py": "",
    "api/web/app.py": "from nutgraf.api.engine.queue import Queue\nfrom nutgraf.api import mcp, settings",
    "api/web/routes.py": "import nutgraf.api.settings\nfrom nutgraf.api.web.app import app",
    "api/mcp/tools.py": "def serve():\n    from nutgraf.api.web import app",
    "api/engine/queue.py": "from api.settings import Settings",
    "api/settings.py": "import os\nfrom nutgraf.qa import api",
    "qa/answer.py": "from nutgraf.api import web",
}
TREES = {path: ast.parse(text) for path, text in FILES.items()}
ARROWS = {
    "web": {"engine", "mcp", "settings"},
    "mcp": {"web"},
    "engine": {"settings"},
    "settings": set(),
}


def test_arrows_run_between_the_rooms_of_api() -> None:
    assert arrows(TREES) == ARROWS


def test_rooms_that_import_each_other_are_a_cycle_on_one_floor() -> None:
    assert cycles(ARROWS) == [("mcp", "web")]
    assert inside_cycles(ARROWS) == 2
    assert floors(ARROWS) == {"settings": 1, "engine": 2, "web": 3, "mcp": 3}
    assert cycles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [("a", "b", "c")]


def test_a_class_name_counts_if_several_classes_have_it() -> None:
    first, second = ast.parse("class A:\n    class B: ..."), ast.parse("class B: ...\nclass C: ...")
    assert shared_class_names([first, second]) == ["B"]


def test_identifiers_are_names_and_no_words_of_strings() -> None:
    tree = ast.parse('def one(found, *asked):\n    """given"""\n    x.wanted = f(found=1)  # one')
    assert sorted(identifiers(tree)) == ["asked", "f", "found", "found", "one", "wanted", "x"]
