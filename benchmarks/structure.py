"""Counts rooms, arrows, class names and filler names of the code: how easily a reader finds a place in it.

    python -m benchmarks.structure                  the files as they are now
    python -m benchmarks.structure 4c15aa4 HEAD     two commits side by side

A room is a folder or a module directly in api/. An arrow runs from a room to each other room that one of its
files imports, anywhere in the file. Rooms that import each other, directly or through others, are a cycle; an
arrow inside a cycle runs upward in one of its directions. The floor of a room is one above the highest room
that it imports outside its own cycle.
"""

import argparse
import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from benchmarks.common import ROOT, print_table

PACKAGES = ("indexer", "qa", "api", "models", "nutgraf")
FILLERS = ("one", "found", "asked", "given", "wanted")
NOW = "now"

Arrows = Mapping[str, set[str]]


def sources(revision: str) -> dict[str, ast.Module]:
    """Return the parsed files of the packages by path, as they are in a commit, or now."""
    if revision == NOW:
        listed = git("ls-files", "--cached", "--others", "--exclude-standard", *PACKAGES).splitlines()
        files = [ROOT / path for path in listed if path.endswith(".py")]
        texts = {
            path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in files if path.exists()
        }
    else:
        listed = git("ls-tree", "-r", "--name-only", revision, *PACKAGES).splitlines()
        texts = {path: git("show", f"{revision}:{path}") for path in listed if path.endswith(".py")}
    return {path: ast.parse(text) for path, text in texts.items()}


def git(*words: str) -> str:
    """Return what git writes, or end with its error."""
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"git {words[0]} failed: {done.stderr.strip()}")
    return done.stdout


def arrows(files: Mapping[str, ast.Module]) -> dict[str, set[str]]:
    """Return the rooms of api/, each with the other rooms that it imports."""
    rooms = {path: room_of(path) for path in files if path.startswith("api/") and path != "api/__init__.py"}
    known = set(rooms.values())
    imported: dict[str, set[str]] = {room: set() for room in known}
    for path, room in rooms.items():
        names = {name for module in modules(files[path]) if (name := room_in(module))}
        imported[room] |= names & known - {room}
    return imported


def room_of(path: str) -> str:
    """Return the room of a file: "web" for both "api/web/app.py" and "api/web.py"."""
    return path.split("/")[1].removesuffix(".py")


def room_in(module: str) -> str:
    """Return the room of an imported module, or "" if it lies outside api/."""
    parts = module.removeprefix("nutgraf.").split(".")
    return parts[1] if parts[0] == "api" and len(parts) > 1 else ""


def modules(tree: ast.Module) -> Iterator[str]:
    """Yield the name of every module that a file imports, and of every name that it imports from one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def reachable(imported: Arrows, room: str) -> set[str]:
    """Return the rooms that a room imports, directly or through others."""
    seen: set[str] = set()
    left = [room]
    while left:
        new = imported[left.pop()] - seen
        seen |= new
        left += new
    return seen


def cycles(imported: Arrows) -> list[tuple[str, ...]]:
    """Return the cycles, each as the names of its rooms in alphabetical order."""
    reach = {room: reachable(imported, room) for room in imported}
    members = [sorted(other for other in reach[room] if room in reach[other]) for room in imported]
    return sorted({tuple(rooms) for rooms in members if rooms})


def floors(imported: Arrows) -> dict[str, int]:
    """Return the floor of each room, 1 for a room that imports no other; a cycle lies on one floor."""
    cycle = {room: set(rooms) for rooms in cycles(imported) for room in rooms}
    floor: dict[str, int] = {}

    def climb(room: str) -> int:
        if room not in floor:
            together = cycle.get(room, {room})
            below = set().union(*(imported[member] for member in together)) - together
            floor.update(dict.fromkeys(together, 1 + max(map(climb, sorted(below)), default=0)))
        return floor[room]

    for room in imported:
        climb(room)
    return floor


def inside_cycles(imported: Arrows) -> int:
    """Return the number of arrows between rooms of one cycle."""
    return sum(len(imported[room] & set(rooms)) for rooms in cycles(imported) for room in rooms)


def shared_class_names(trees: Iterable[ast.Module]) -> list[str]:
    """Return the class names that more than one class has."""
    count = Counter(n.name for tree in trees for n in ast.walk(tree) if isinstance(n, ast.ClassDef))
    return sorted(name for name, classes in count.items() if classes > 1)


def identifiers(tree: ast.Module) -> Iterator[str]:
    """Yield every identifier of a file: variables, parameters, keywords, attributes, functions, classes."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield name
            case ast.keyword(arg=str(name)) | ast.alias(asname=str(name)):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name


def column(revision: str) -> dict[str, object]:
    """Return every count for a revision."""
    files = sources(revision)
    imported = arrows(files)
    shared = shared_class_names(files.values())
    fillers = Counter(name for tree in files.values() for name in identifiers(tree) if name in FILLERS)
    return {
        "files": len(files),
        "rooms of api/": len(imported),
        "floors": max(floors(imported).values(), default=0),
        "arrows between rooms": sum(map(len, imported.values())),
        "arrows inside cycles": inside_cycles(imported),
        "cycles": "; ".join(" - ".join(rooms) for rooms in cycles(imported)) or "none",
        "class names of several classes": len(shared),
        "these names": ", ".join(shared) or "none",
        **{f"identifier {name}": fillers[name] for name in FILLERS},
        "all five identifiers": fillers.total(),
    }


def main() -> None:
    """Print one column for each revision."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "revisions", nargs="*", default=[NOW], help="commits (default: the files as they are)"
    )
    options = parser.parse_args()
    columns = [column(revision) for revision in options.revisions]
    rows = [[label, *(counts[label] for counts in columns)] for label in columns[0]]
    print_table("the structure of the code", ["", *options.revisions], rows)


if __name__ == "__main__":
    main()
