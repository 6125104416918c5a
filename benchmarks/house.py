"""How long functions are, which imports go against the direction, and where each task lies.

    python -m benchmarks.house [FOLDER]

Reads a checkout of the project and runs none of its code. A function counts from `def` to its last
line. Imports within functions count, those for type checkers do not. To a task belong its own
modules and those that nothing but them imports.
"""

import argparse
import ast
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median, quantiles

from rich.console import Console
from rich.table import Table

from components.core.block import PARAMS_FILE, read_blocks

PACKAGES = ("pipelines", "components", "models")
BELOW_STAGES = ("components.core", "components.samples")
LONG = 40
FORBIDDEN: Sequence[tuple[str, ...]] = (
    ("components", "pipelines"),
    ("models", "pipelines"),
    ("models", "components", "components.core"),
    ("pipelines.tasks", "pipelines", "pipelines.tasks"),
)
"""Who must not import what, but for what."""

Imports = Mapping[str, Sequence[str]]  # by module, those that it imports
GRAPH = f"""
import grimp, json
graph = grimp.build_graph(*{PACKAGES}, exclude_type_checking_imports=True, cache_dir=None)
print(json.dumps({{m: [*graph.find_modules_directly_imported_by(m)] for m in graph.modules}}))
"""


def read_imports(folder: Path) -> Imports:
    """Who imports whom, found by a process that takes the folder's packages for its own."""
    command = (sys.executable, "-c", GRAPH)
    return dict(json.loads(subprocess.check_output(command, cwd=folder)))


def within(module: str, *packages: str) -> bool:
    """Whether a module is one of some packages or below one."""
    return any(f"{module}.".startswith(f"{package}.") for package in packages)


def count(imports: Imports, package: str, forbidden: str, *allowed: str) -> int:
    """How many imports a package makes of a forbidden one, but for parts that are allowed."""
    imported = [other for name in imports if within(name, package) for other in imports[name]]
    return sum(within(name, forbidden) and not within(name, *allowed) for name in imported)


def own_modules(task: str, imports: Imports) -> set[str]:
    """The modules of a task and those that would be of no use without it."""
    importers = {name: {m for m in imports if name in imports[m]} for name in imports}
    loose = {m for m in imports if importers[m] and not within(m, "pipelines.tasks.shared")}
    own = {name for name in imports if within(name, task)}
    while more := {name for name in loose - own if importers[name] <= own}:
        own |= more
    return own


def size_table(folder: Path) -> Table:
    """Files, lines and functions of every package."""
    names = ("files", "lines", "functions", "median", "90%", f"above {LONG}")
    table = Table("package", *names, title="Lines, and lines of a function")
    for package in PACKAGES:
        texts = [file.read_text() for file in (folder / package).rglob("*.py")]
        lines = sum(text.count("\n") for text in texts)
        nodes = (node for text in texts for node in ast.walk(ast.parse(text)))
        functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
        lengths = [(node.end_lineno or 0) - node.lineno + 1 for node in functions]
        decile, above = quantiles(lengths, n=10)[-1], sum(length > LONG for length in lengths)
        row = (len(texts), lines, len(lengths), median(lengths), decile, above)
        table.add_row(package, *(f"{value:,.0f}" for value in row))
    return table


def import_table(imports: Imports) -> Table:
    """How many imports the architecture forbids."""
    table = Table("importer", "imported", "imports", title="Against the direction")
    for importer, forbidden, *allowed in FORBIDDEN:
        imported = " but ".join((forbidden, *allowed))
        table.add_row(importer, imported, str(count(imports, importer, forbidden, *allowed)))
    parts = {name for name in imports if name.count(".") == 1 and within(name, "components")}
    stages = parts.difference(BELOW_STAGES)
    between = (count(imports, name, "components", name, *BELOW_STAGES) for name in stages)
    table.add_row("a stage", "another stage", str(sum(between)))
    return table


def task_table(folder: Path, imports: Imports) -> Table:
    """Over how many files and folders each task is spread."""
    table = Table("task", "files", "folders", title="What belongs to one task alone")
    files = {Path(str(block["task"])) for block in read_blocks(folder / PARAMS_FILE).values()}
    for task in sorted(".".join(file.with_suffix("").parts) for file in files):
        own = {folder / module.replace(".", "/") for module in own_modules(task, imports)}
        folders = {path if path.is_dir() else path.parent for path in own}
        table.add_row(task.rpartition(".")[2], str(len(own)), str(len(folders)))
    return table


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=Path())
    folder = parser.parse_args().folder
    imports = read_imports(folder)
    Console().print(size_table(folder), import_table(imports), task_table(folder, imports))


if __name__ == "__main__":
    main()
