"""How long the project's functions are, who imports against the direction, and where tasks lie.

    python -m benchmarks.house [FOLDER]

Reads a checkout of the project, by default this one, and runs none of its code. A function counts
from `def` to its last line, docstring included. Imports are those of one module by another, within
functions too, but not those for type checkers.
"""

import ast
import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from pathlib import Path

from rich.table import Table

PACKAGES = ("pipelines", "components", "models")
TASKS = "pipelines.tasks"
LONG = 40

Imports = Mapping[str, Set[str]]
"""By module, the modules that it imports."""

GRAPH = f"""
import grimp, json
graph = grimp.build_graph(*{PACKAGES}, exclude_type_checking_imports=True, cache_dir=None)
modules = sorted(graph.modules)
print(json.dumps({{name: [*graph.find_modules_directly_imported_by(name)] for name in modules}}))
"""
"""Runs in the checkout's folder: there it finds that checkout's packages, not these."""


def within(module: str, *packages: str) -> bool:
    """Whether a module is one of some packages or below one."""
    return any(f"{module}.".startswith(f"{package}.") for package in packages)


def stage(module: str) -> str | None:
    """The stage that a module belongs to, if any."""
    package, _, rest = module.partition(".")
    name = rest.partition(".")[0]
    return name if package == "components" and name not in ("", "core", "samples") else None


AGAINST: Mapping[str, Callable[[str, str], bool]] = {
    "components -> pipelines": lambda importer, imported: (
        within(importer, "components") and within(imported, "pipelines")
    ),
    "models -> neither models nor components.core": lambda importer, imported: (
        within(importer, "models") and not within(imported, "models", "components.core")
    ),
    "stage -> another stage": lambda importer, imported: (
        len({stage(importer), stage(imported)} - {None}) == 2
    ),
    "pipelines.tasks -> pipelines outside of it": lambda importer, imported: (
        within(importer, TASKS) and within(imported, "pipelines") and not within(imported, TASKS)
    ),
}
"""Imports that the architecture does not allow."""


def function_lengths(files: Iterable[Path]) -> Iterator[int]:
    """The number of lines of every function, methods and nested functions included."""
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield (node.end_lineno or node.lineno) - node.lineno + 1


def size_table(folder: Path) -> Table:
    """Files, lines and functions of every package."""
    headings = ("files", "lines", "functions", "median", "90th percentile", f"above {LONG}")
    table = Table("package", *headings, title="Lines and lengths of functions")
    for package in PACKAGES:
        files = sorted((folder / package).rglob("*.py"))
        lines = sum(len(file.read_text().splitlines()) for file in files)
        lengths = [*function_lengths(files)]
        percentile = statistics.quantiles(lengths, n=10)[-1]
        long = sum(length > LONG for length in lengths)
        cells = (len(files), lines, len(lengths), statistics.median(lengths), percentile, long)
        table.add_row(package, *(f"{value:,.0f}" for value in cells))
    return table


def read_imports(folder: Path) -> Imports:
    """Who imports whom in a checkout."""
    command = (sys.executable, "-c", GRAPH)
    printed = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, check=True).stdout
    return {module: set(imported) for module, imported in json.loads(printed).items()}


def import_table(imports: Imports) -> Table:
    """How many imports go against each rule."""
    table = Table("import", "count", title="Imports against the direction")
    pairs = [(module, other) for module, others in imports.items() for other in others]
    for name, breaks in AGAINST.items():
        table.add_row(name, str(sum(breaks(*pair) for pair in pairs)))
    return table


def reach(task: str, imports: Imports) -> set[str]:
    """The modules of a task, and all that they import, directly or not."""
    found: set[str] = set()
    waiting = [module for module in imports if within(module, task)]
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            waiting += imports[module]
    return found


def task_table(folder: Path, imports: Imports) -> Table:
    """Where the code of each task lies: its own modules, and those that no other task reaches."""
    table = Table("task", "files", "folders", title="What belongs to one task alone")
    files = sorted((folder / TASKS.replace(".", "/")).rglob("*.py"))
    defining = (file for file in files if re.search(r"^TASK\b", file.read_text(), re.MULTILINE))
    names = (file.parent if file.stem == "__init__" else file.with_suffix("") for file in defining)
    tasks = [".".join(name.relative_to(folder).parts) for name in names]
    reached = {task: reach(task, imports) for task in tasks}
    for task in tasks:
        others = set().union(*(reached[other] for other in tasks if other != task))
        own = {module for module in reached[task] if within(module, task) or module not in others}
        paths = [folder.joinpath(*module.split(".")) for module in own]
        folders = {path if path.is_dir() else path.parent for path in paths}
        table.add_row(task.rpartition(".")[2], str(len(own)), str(len(folders)))
    return table


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=Path(__file__).parents[1])
    folder = parser.parse_args().folder.resolve()
    imports = read_imports(folder)
    for table in (size_table(folder), import_table(imports), task_table(folder, imports)):
        Console().print(table)


if __name__ == "__main__":
    main()
