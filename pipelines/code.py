"""Which files of the project some code is made of: those that it imports, directly or not."""

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import grimp

PACKAGES = ("components", "models", "pipelines")


def code_hashes(modules: Iterable[str]) -> dict[str, str]:
    """SHA-256 of every file of the project that modules import, themselves included.

    Imports within functions count, those for type checkers do not. Importing a module runs the
    `__init__.py` of its packages, which therefore count as well.

    Args:
        modules: Dotted names; files of the project or not.

    Returns:
        By path relative to the project, sorted.
    """
    found: set[str] = set()
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        if module not in found and module_file(module):
            found.add(module)
            waiting += [*_packages(module), *_imports(module)]
    files = sorted(file for file in map(module_file, found) if file)
    return {file.as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def module_file(module: str) -> Path | None:
    """The file of a module, relative to the project; None when it is not the project's."""
    path = Path(*module.split("."))
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if file.is_file():
            return file
    return None


@cache
def import_graph() -> grimp.ImportGraph:
    """Who imports whom within the packages of convoy."""
    return grimp.build_graph(*PACKAGES, exclude_type_checking_imports=True, cache_dir=None)


def _imports(module: str) -> Iterable[str]:
    if module in import_graph().modules:
        return import_graph().find_modules_directly_imported_by(module)
    return _names(module_file(module))  # a task's file outside the packages


def _names(file: Path | None) -> Iterator[str]:
    """Everything that may be the name of a module in the import statements of a file."""
    for node in ast.walk(ast.parse(file.read_text())) if file else ():
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _packages(module: str) -> Iterator[str]:
    while "." in module:
        module = module.rpartition(".")[0]
        yield module
