"""Accuracy of the networks for texts: composed sentences, IMDB's reviews, film sentences by folds.

    python -m benchmarks.sentiment --imdb /path/to/aclImdb --mr /path/to/mr-polarity

Protocol: of IMDB's training reviews (Maas et al., 2011) a tenth is measured on and a tenth watched
while training, both drawn by class; repeated reviews are taken once. The film sentences (MR, Pang
and Lee, 2005) are measured by ten-fold cross-validation as by Kim (2014): each fold is the test
split once, and a tenth of the others is watched while training. Vectors of words start at random.

`bag_of_words` is the accuracy, on the same splits, of a logistic regression on how often a text has
each of the words.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from benchmarks.rows import Report, Row, measure
from benchmarks.workspace import Workspace
from components.core.parquet import read_batches
from components.ingest.ingest import load_source

TASK = "sentiment"
METRICS = ("accuracy", "bag_of_words", "roc_auc", "expected_calibration_error", "examples")
FOLD_METRICS = ("accuracy", "bag_of_words", "roc_auc", "minutes")
COLUMNS = ("text", "label")
ROWS = 1_000
FOLDS = 10
MR_ENCODING = "cp1252"


def rows(imdb: Path | None) -> Iterator[Row]:
    """The rows of the table, but for the folds."""
    yield Row("composed sentences", TASK)
    yield Row("composed sentences, Kim's network", TASK, ("train.model=kim_cnn",))
    if imdb is not None:
        yield Row("IMDB", TASK, ("recipe=imdb", f"source.path={imdb}"))


def write_folds(mr: Path, folder: Path) -> list[Path]:
    """Writes the film sentences as ten files of JSON lines, each with another test split.

    The sentences of each class are dealt to the folds in an order that is always the same.
    """
    values = {"kind": "text_lines", "path": mr, "encoding": MR_ENCODING}
    records = list(load_source(values, "benchmark").read())
    order = np.random.default_rng(0).permutation(len(records))
    ordered = sorted(order, key=lambda at: records[at].labels["label"])  # stable
    fold = {at: place % FOLDS for place, at in enumerate(ordered)}
    files = []
    for number in range(FOLDS):
        splits = {number: "test", (number + 1) % FOLDS: "val"}
        lines = [
            {
                "text": record.sample.decode(),
                "label": record.labels["label"],
                "split": splits.get(fold[at], "train"),
            }
            for at, record in enumerate(records)
        ]
        files.append(folder / f"fold-{number}.jsonl")
        files[-1].write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return files


def measure_both(workspace: Workspace, row: Row) -> dict[str, Any]:
    """What `measure` gives, and `bag_of_words`."""
    measured = measure(workspace, row)
    return measured | {"bag_of_words": count_and_regress(workspace.folder / "data" / row.task)}


def count_and_regress(data: Path) -> float:
    """The accuracy of a bag of words on the test split.

    Args:
        data: The folder of the canonical table.
    """
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    counts = CountVectorizer(analyzer=list, min_df=2)  # of texts that are words already
    model = make_pipeline(counts, LogisticRegression(solver="liblinear"))
    model.fit(*read_words(data, "train"))
    return float(model.score(*read_words(data, "test")))


def read_words(data: Path, split: str) -> tuple[list[list[bytes]], list[str]]:
    """The words of each text, as the network is given them, and the labels."""
    import tensorflow as tf

    from components.core.words import split_words

    shards = sorted(data.glob(f"{split}-*.parquet"))
    batches = (batch for shard in shards for batch in read_batches(shard, ROWS, COLUMNS))
    rows = [row for batch in batches for row in batch.to_pylist()]
    words = split_words(tf.constant([row["text"] for row in rows])).to_list()
    return words, [row["label"] for row in rows]


def run_folds(workspace: Workspace, files: Sequence[Path], console: Console) -> None:
    """Prints what each fold gives, the means and the deviations."""
    console.print(f"\n| fold | {' | '.join(FOLD_METRICS)} |", markup=False)
    console.print("|---" * (len(FOLD_METRICS) + 1) + "|")
    found = []
    for number, file in enumerate(files):
        measured = measure_both(workspace, Row("MR", TASK, ("recipe=mr", f"source.path={file}")))
        found.append([measured[name] for name in FOLD_METRICS])
        console.print(f"| {number} | {' | '.join(f'{each:.4f}' for each in found[-1])} |")
    for name, values in (("mean", np.mean(found, axis=0)), ("deviation", np.std(found, axis=0))):
        console.print(f"| {name} | {' | '.join(f'{each:.4f}' for each in values)} |")


def main() -> None:
    """Prints a Markdown table, row by row, then the folds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--imdb", type=Path, help="the folder aclImdb")
    parser.add_argument("--mr", type=Path, help="the folder of rt-polarity.pos and .neg")
    parser.add_argument("--folder", type=Path, help="an empty folder to keep the runs in")
    options = parser.parse_args()
    imdb = options.imdb and options.imdb.resolve()
    console = Console(soft_wrap=True, highlight=False)
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as folds:
        workspace = Workspace(options.folder or Path(folder))
        Report(workspace, METRICS, imdb, measure=measure_both).run(rows(imdb), console)
        if options.mr:
            run_folds(workspace, write_folds(options.mr, Path(folds)), console)


if __name__ == "__main__":
    main()
