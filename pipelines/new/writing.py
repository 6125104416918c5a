"""Puts a task into files that people keep by hand, and leaves the rest of them as it is."""

from collections.abc import Callable, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from components.core.block import PARAMS_FILE
from components.core.layout import CURVES_FILE, report_folder
from components.core.tabular import written_whole
from pipelines.overrides import WIDE, Quoted, rewrite

DVC_FILE = Path("dvc.yaml")
INDENT = 2


def add_block(text: str, name: str, block: Mapping[str, Any], reasons: Mapping[str, str]) -> str:
    """The text of `params.yaml` with one task more, after the others.

    Args:
        text: The content of `params.yaml`.
        name: The task's name.
        block: Its block.
        reasons: A comment for some keys of the block.
    """
    content = yaml.safe_load(text)
    content["tasks"][name] = block
    for dumper in (yaml.SafeDumper, Quoted):  # the second where DVC would read other words
        written = _indent(_commented(name, block, reasons, dumper), INDENT)
        added = _insert(text, "tasks", f"\n{written}")
        if _says(added, content):
            return added
    return rewrite(text, name, block)


def _commented(
    name: str, block: Mapping[str, Any], reasons: Mapping[str, str], dumper: type[yaml.SafeDumper]
) -> str:
    lines = [f"{_dump(name, dumper)}:\n"]
    for key, value in block.items():
        if key in reasons:
            lines.append(f"{' ' * INDENT}# {reasons[key]}\n")
        flow = None if isinstance(value, dict) else False
        lines.append(_indent(_dump({key: value}, dumper, flow), INDENT))
    return "".join(lines)


def _dump(value: Any, dumper: type[yaml.SafeDumper], flow: bool | None = None) -> str:
    """As YAML; without flow every value has a line, by default those of a block share one."""
    text = yaml.dump(
        value,
        Dumper=dumper,
        sort_keys=False,
        allow_unicode=True,
        width=WIDE,
        default_flow_style=flow,
    )
    return text.removesuffix("\n...\n") if isinstance(value, str) else text


def _indent(text: str, by: int) -> str:
    return "".join(f"{' ' * by}{line}" if line.strip() else line for line in text.splitlines(True))


def add_plots(text: str, name: str) -> str:
    """The text of `dvc.yaml` with the curve of a task's loss, after the other plots.

    It stays as it is where it has such a plot, or none to put it after.
    """
    title = f"{name}, loss"
    content = yaml.safe_load(text) or {}
    plots = content.get("plots")
    if not isinstance(plots, list) or not plots or any(title in each for each in plots):
        return text
    curves = str(report_folder(name, "train") / CURVES_FILE)
    plot = {title: {"x": "epoch", "y": {curves: ["loss", "val_loss"]}}}
    plots.append(plot)
    at = _nodes(text)["plots"].value[-1].start_mark.column - len("- ")
    lines = _dump(plot, yaml.SafeDumper).splitlines()
    item = "".join(f"{'- ' if not number else '  '}{line}\n" for number, line in enumerate(lines))
    added = _insert(text, "plots", _indent(item, max(at, 0)))
    return added if _says(added, content) else text


def _insert(text: str, key: str, addition: str) -> str:
    """The text with lines put after the last line of a block; comments behind it stay behind."""
    end = _last_line(_nodes(text)[key])
    lines = text.splitlines(keepends=True)
    if not lines[end].endswith("\n"):
        lines[end] += "\n"
    return "".join([*lines[: end + 1], addition, *lines[end + 1 :]])


def _nodes(text: str) -> dict[str, yaml.Node]:
    root = yaml.compose(text, yaml.SafeLoader)
    return {} if root is None else {key.value: value for key, value in root.value}


def _last_line(node: yaml.Node) -> int:
    """The number of the last line of a node, counted from 0."""
    if not isinstance(node, yaml.CollectionNode) or node.flow_style or not node.value:
        # an empty or a block scalar ends where the next token begins
        whole = node.end_mark.column == 0 and node.end_mark.line > node.start_mark.line
        return int(node.end_mark.line) - whole
    last = node.value[-1]
    return _last_line(last[1] if isinstance(last, tuple) else last)


def _says(text: str, content: Any) -> bool:
    """Whether YAML 1.1, which convoy reads, and 1.2, which DVC reads, find this content."""
    try:
        return bool(yaml.safe_load(text) == content == YAML(typ="safe").load(StringIO(text)))
    except (yaml.YAMLError, YAMLError, ValueError):
        return False


def write(file: Path, text: str) -> None:
    """Writes a file as a whole."""
    with written_whole(file) as stream:
        stream.write(text)


def write_task(name: str, block: Mapping[str, Any], reasons: Mapping[str, str]) -> Sequence[Path]:
    """Puts a task into `params.yaml` and its plots into `dvc.yaml`.

    Returns:
        The files that have changed.
    """
    edits: Mapping[Path, Callable[[str], str]] = {
        PARAMS_FILE: lambda text: add_block(text, name, block, reasons),
        DVC_FILE: lambda text: add_plots(text, name),
    }
    changed = []
    for file, edit in edits.items():
        before = file.read_text(encoding="utf-8") if file.is_file() else None
        if before is not None and (after := edit(before)) != before:
            write(file, after)
            changed.append(file)
    return changed
