"""The model card: what a model is for, how good it is, where it is not, and how it is called.

After Mitchell et al., 2019, "Model Cards for Model Reporting". It tells no times and no numbers of
versions: equal inputs give the same card.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from components.core.layout import INTERVALS_FILE, METRICS_FILE, PER_CLASS_FILE, SLICES_FILE
from components.core.measures import CLASS, overall
from components.core.table import SPLITS
from components.core.tabular import read_json
from components.core.task import Spec
from components.core.text import markdown, word
from components.register.facts import DataFacts
from components.register.licence import pretrained

HEADING = "# Model card"
LISTED = 20
"""Classes of a table that are shown; the reports have all."""
WORST = 3
SLICE, VALUE, EXAMPLES = "slice", "value", "examples"
LONGEST = 5_000
"""Characters of a description that every database behind MLflow keeps."""


@dataclass(frozen=True)
class Measured:
    """What the evaluation of a model on the test split has come to.

    Attributes:
        metrics: By name, those of single classes among them.
        intervals: The ends of the 95% intervals, by name.
        classes: A row a class and a column a metric.
        slices: A row a part of the split, the first one being all of it.
    """

    metrics: Mapping[str, float]
    intervals: Mapping[str, Sequence[float]] = field(default_factory=dict)
    classes: pd.DataFrame = field(default_factory=pd.DataFrame)
    slices: pd.DataFrame = field(default_factory=pd.DataFrame)

    @classmethod
    def read(cls, folder: Path) -> Measured:
        """Reads what the stage evaluate wrote; earlier releases wrote the metrics only."""
        intervals = folder / INTERVALS_FILE
        return cls(
            read_json(folder / METRICS_FILE),
            read_json(intervals) if intervals.is_file() else {},
            _table(folder / PER_CLASS_FILE),
            _table(folder / SLICES_FILE),
        )


def model_card(spec: Spec, model: Path, measured: Measured, facts: DataFacts) -> str:
    """Writes the card of a model, as Markdown.

    Args:
        spec: The task.
        model: The SavedModel.
        measured: What it has come to on the test split.
        facts: What is known of its data.
    """
    sections = {
        "What it is for": _purpose(spec, model),
        "Data": _data(facts),
        "Metrics": _metrics(spec, measured),
        "Per class": _per_class(measured),
        "Limits": _limits(spec, measured),
        "Preprocessing": [spec.sample.preprocessing()],
        "Pretrained weights": map(markdown, _pretrained(spec)),
        "How to call it": _call(spec),
    }
    parts = [f"{HEADING}: {markdown(word(spec.name))}"]
    for title, paragraphs in sections.items():
        if written := list(paragraphs):
            parts += [f"## {title}", *written]
    return "\n\n".join(parts) + "\n"


def shorten(card: str) -> str:
    """The card as a description in the registry, which is no longer than databases allow."""
    if len(card) <= LONGEST:
        return card
    rest = "\n\n… the whole card is the artifact `card.md` of the run.\n"
    return card[: LONGEST - len(rest)].rpartition("\n")[0] + rest


def _purpose(spec: Spec, model: Path) -> Iterator[str]:
    from components.core.served_model import CLASSES_FILE  # its module loads TensorFlow

    names = model / CLASSES_FILE
    yield spec.view.purpose(names.read_text().splitlines() if names.is_file() else [])
    yield (
        f"Its architecture is `{spec.params['train']['model']}`. It is meant for samples like "
        "those below; of others nothing is known."
    )


def _data(facts: DataFacts) -> Iterator[str]:
    yield (
        f"Source: `{facts.kind}`, {markdown(word(facts.source))}, DVC hash `{facts.source_digest}`"
        f"{''.join(f', with the batch `{batch}`' for batch in facts.batches)}. "
        f"Data: `{facts.folder.as_posix()}`, DVC hash `{facts.digest}`."
    )
    strata = sorted({stratum for split in SPLITS for stratum in facts.counts[split]})
    rows = [
        [markdown(word(stratum)), *(f"{facts.counts[split].get(stratum, 0):,}" for split in SPLITS)]
        for stratum in strata
        if stratum
    ]
    total = ["all", *(f"{facts.samples(split):,}" for split in SPLITS)]
    yield from _markdown_table([CLASS, *SPLITS], [total, *rows], more=len(rows))


def _metrics(spec: Spec, measured: Measured) -> Iterator[str]:
    wanted = overall(measured.metrics, spec.params["gate"]["thresholds"])
    rows = [
        [f"`{name}`", _number(value), _interval(measured.intervals.get(name))]
        for name, value in wanted.items()
    ]
    yield "On the test split, which neither training nor its choice of an epoch has seen."
    yield from _markdown_table(["metric", "value", "95% interval"], rows)
    if measured.intervals:
        yield (
            "The intervals (percentile bootstrap) tell what other samples of the same kind would "
            "give; they know nothing of another training or of other kinds of samples."
        )


def _per_class(measured: Measured) -> Iterator[str]:
    table = measured.classes
    rows = [
        [
            markdown(word(row[CLASS])),
            *(_of_class(measured, row, name) for name in table.columns[1:]),
        ]
        for row in table.to_dict("records")
    ]
    if rows:
        headings = [CLASS, *(f"`{name}`" for name in table.columns[1:])]
        yield from _markdown_table(headings, rows, more=len(rows))


def _of_class(measured: Measured, row: Mapping[Any, Any], metric: str) -> str:
    """A metric of one class, with its interval in brackets."""
    interval = _interval(measured.intervals.get(f"{metric}/{row[CLASS]}"))
    return f"{_number(row[metric])} ({interval})" if interval else _number(row[metric])


def _limits(spec: Spec, measured: Measured) -> Iterator[str]:
    """Where the metrics of the gate are worst."""
    sentences: list[str] = []
    for metric, bound in spec.params["gate"]["thresholds"].items():
        greater = bound.get("min") is not None
        sentences += _worst_slices(measured.slices, metric, greater)
    sentences += [
        f"`{name}` is {_number(value)} for {markdown(word(each))}, the least of all classes."
        for name, each, value in _worst_classes(measured.classes)
    ]
    if sentences:
        yield "\n".join(f"- {sentence}" for sentence in sentences)
    else:
        yield "No part of the test split was measured on its own."


def _worst_slices(slices: pd.DataFrame, metric: str, greater: bool) -> Iterator[str]:
    if metric not in slices or len(slices) < 2:
        return
    everything = slices.iloc[0][metric]
    parts = slices.iloc[1:].dropna(subset=[metric])
    worse = parts[parts[metric] < everything] if greater else parts[parts[metric] > everything]
    for row in worse.sort_values(metric, ascending=greater).head(WORST).to_dict("records"):
        yield (
            f"`{metric}` is {_number(row[metric])} in `{row[SLICE]}: {row[VALUE]}` "
            f"({row[EXAMPLES]:,} samples), {_number(everything)} on all."
        )


def _worst_classes(table: pd.DataFrame) -> Iterator[tuple[str, str, float]]:
    """The class with the least value of each metric of classes that is a share."""
    for name in table.columns[1:]:
        values = table[name].dropna()
        if len(values) > 1 and values.between(0, 1).all() and values.min() < values.max():
            at = values.idxmin()
            yield str(name), str(table.loc[at, CLASS]), float(values[at])


def _pretrained(spec: Spec) -> Sequence[str]:
    return pretrained(spec.params["train"], spec.params.get("embedding"))


def _call(spec: Spec) -> Iterator[str]:
    name, column = spec.name, spec.sample.column
    read = "read_text" if spec.sample.is_text else "read_bytes"
    yield f"```\nconvoy predict {name} FILE...\nconvoy score {name} FOLDER\n```"
    yield "Without convoy, where MLflow's registry can be reached:"
    yield (
        "```python\nfrom pathlib import Path\n\nimport mlflow\nimport pandas as pd\n\n"
        f'model = mlflow.pyfunc.load_model("models:/{name}@champion")\n'
        f'table = pd.DataFrame({{"{column}": [Path("FILE").{read}()]}})\n'
        "print(model.predict(table))\n```"
    )


def _markdown_table(
    headings: Sequence[str], rows: Iterable[Sequence[str]], more: int = 0
) -> Iterator[str]:
    lines = [list(headings), ["---"] + ["---:"] * (len(headings) - 1), *rows]
    shown = lines[: LISTED + 3] if more > LISTED else lines
    yield "\n".join(f"| {' | '.join(line)} |" for line in shown)
    if more > LISTED:
        yield f"… and {len(lines) - len(shown):,} more."


def _number(value: float) -> str:
    if pd.isna(value):
        return ""
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"


def _interval(ends: Sequence[float] | None) -> str:
    return f"{_number(ends[0])} to {_number(ends[1])}" if ends else ""


def _table(file: Path) -> pd.DataFrame:
    """A CSV as it was written: words that look like numbers, such as classes, stay words."""
    words: dict[Hashable, Any] = {CLASS: str, SLICE: str, VALUE: str}
    if not file.is_file():
        return pd.DataFrame()
    return pd.read_csv(file, dtype=words, keep_default_na=False, na_values=[""])
