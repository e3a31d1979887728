"""Writes the reference of the Python API into docs/python.md, from its docstrings; `make docs` runs it.

Knows how a docstring becomes Markdown and where the reference stands on the page; does not know what the API
does. Everything below the mark is replaced. Signatures are taken from the source, as they are written there.
"""

import ast
import inspect
import re
import textwrap
from dataclasses import fields, is_dataclass
from itertools import pairwise
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import nutgraf
from nutgraf import errors, filters, ingest_options

PAGE = Path(__file__).parents[1] / "docs" / "python.md"
MARK = "<!-- From here on this page is made from the docstrings: run `make docs`. -->\n"
_LINE = 100


def with_reference(page: str) -> str:
    """Return the page with its reference as the docstrings have it."""
    # ruff formats Markdown, too, and would write examples other than the docstrings have them.
    return page.partition(MARK)[0] + MARK + "<!-- fmt: off -->\n" + reference()


def reference() -> str:
    """Return the reference as Markdown: every public name, the methods of `Archive`, and the errors."""
    names = [name for name in nutgraf.__all__ if inspect.isclass(getattr(nutgraf, name))]
    functions = [name for name in nutgraf.__all__ if name not in names]
    parts = ["## Reference", "", "### Functions", ""]
    for name in functions:
        parts += _function(f"nutgraf.{name}", getattr(nutgraf, name))
    parts += _class("Archive")
    for name, method in vars(nutgraf.Archive).items():
        if isinstance(method, FunctionType) and not name.startswith("_"):
            parts += _function(f"Archive.{name}", method)
    parts += ["### What parameters may be", ""]
    for module, name in ((filters, "Day"), (ingest_options, "ArticleSource")):
        parts += [f"- `{name}`: {_described(module, name)}"]
    parts += ["", "### Results and values", ""]
    for name in names:
        if name != "Archive" and not issubclass(getattr(nutgraf, name), Exception):
            parts += _class(name, level="####")
    parts += _errors()
    return "\n".join(parts).rstrip() + "\n"


def _described(module: ModuleType, name: str) -> str:
    """Return the string below the assignment of a name in a module."""
    body = ast.parse(inspect.getsource(module)).body
    for node, below in pairwise(body):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            assert isinstance(below, ast.Expr)
            assert isinstance(below.value, ast.Constant)
            return " ".join(str(below.value.value).split())
    raise LookupError(f"{module.__name__} does not assign {name}")


def _function(name: str, function: Any) -> list[str]:  # noqa: ANN401 - whatever the API exports
    return [f"#### {name}", "", *_code("py", signature(name, function)), *_docstring(function)]


def _class(name: str, level: str = "###") -> list[str]:
    kind = getattr(nutgraf, name)
    return [f"{level} {name}", "", *_docstring(kind), *_attributes(kind)]


def signature(name: str, function: Any) -> str:  # noqa: ANN401 - as above
    """Return `name(parameters) -> result` as the source has it, a parameter a line where it is long."""
    node = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    node.args.args = [argument for argument in node.args.args if argument.arg != "self"]
    result = ast.unparse(node.returns).strip("'\"") if node.returns else "None"
    parameters = _split(ast.unparse(node.args).replace("'", '"'))
    line = f"{name}({', '.join(parameters)}) -> {result}"
    if len(line) <= _LINE:
        return line
    each = "".join(f"    {parameter},\n" for parameter in parameters)
    return f"{name}(\n{each}) -> {result}"


def _split(parameters: str) -> list[str]:
    """Split at the commas that stand outside of brackets, and write defaults as in the source."""
    split, depth = [""], 0
    for char in parameters:
        depth += (char in "[(") - (char in "])")
        if char == "," and not depth:
            split.append("")
        else:
            split[-1] += char
    return [parameter.strip().replace("=", " = ") for parameter in split if parameter.strip()]


def _docstring(value: Any) -> list[str]:  # noqa: ANN401 - as above
    """Return the prose of a docstring, and its examples as code."""
    lines: list[str] = []
    for block in (inspect.getdoc(value) or "").split("\n\n"):
        lines += _code("pycon", block) if block.startswith(">>>") else [*block.splitlines(), ""]
    return lines


def _code(language: str, text: str) -> list[str]:
    return [f"```{language}", *text.splitlines(), "```", ""]


def _attributes(kind: type) -> list[str]:
    """Return a table of what a value has: its fields, its properties, and its methods."""
    rows = []
    if is_dataclass(kind):
        names = [field for field in fields(kind) if not field.name.startswith("_")]
        rows += [f"| `{field.name}` | {_type(field.type)} | |" for field in names]
    for name, member in vars(kind).items():
        if name.startswith("_"):
            continue
        if isinstance(member, property):
            node = ast.parse(textwrap.dedent(inspect.getsource(member.fget))).body[0]  # type: ignore[arg-type]
            assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            assert node.returns
            rows.append(f"| `{name}` | {_type(ast.unparse(node.returns))} | {_first(member)} |")
        elif isinstance(member, FunctionType) and kind is not nutgraf.Archive:
            rows.append(
                f"| `{name}()` | {_type(signature('', member).partition(' -> ')[2])} | {_first(member)} |"
            )
    return ["| attribute | type | what |", "| --- | --- | --- |", *rows, ""] if rows else []


def _type(annotation: Any) -> str:  # noqa: ANN401 - a type or its source
    text = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    text = re.sub(r"\b(?:\w+\.)+(\w+)", r"\1", text.replace("'", "").replace('"', ""))
    return f"`{text}`".replace("|", "\\|")


def _first(member: Any) -> str:  # noqa: ANN401 - as above
    return " ".join((inspect.getdoc(member) or "").partition("\n\n")[0].split())


def _errors() -> list[str]:
    """Return the tree of errors as `nutgraf.errors` draws it, and a table of their codes."""
    blocks = (errors.__doc__ or "").strip().split("\n\n")
    rows = [
        f"| `{name}` | `{kind.code}` | {_first(kind)} |"
        for name, kind in ((name, getattr(errors, name)) for name in errors.__all__)
        if inspect.isclass(kind) and issubclass(kind, nutgraf.NutgrafError)
    ]
    parts = ["### Errors", "", "All of them are in `nutgraf.errors`."]
    for block in blocks:
        indented = block.startswith("    ")
        parts += ["", *(_code("text", textwrap.dedent(block))[:-1] if indented else block.splitlines())]
    return [
        *parts,
        "",
        *_docstring(nutgraf.NutgrafError),
        "| error | `code` | what |",
        "| --- | --- | --- |",
        *rows,
    ]


if __name__ == "__main__":
    PAGE.write_text(with_reference(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
