"""What a person sees after the prepare stage."""

from pathlib import Path

import tensorflow_transform as tft

from components.core.layout import schema_file
from components.core.table import SPLITS
from components.core.text import word
from components.prepare.counts import count_examples
from pipelines.reports.terminal import PlainTable


def examples_table(transform: Path, statistics: Path) -> PlainTable:
    """The features of the transformed examples, and how many examples there are.

    Args:
        transform: Folder of TensorFlow Transform's output.
        statistics: Folder of the raw examples' statistics, by split.
    """
    counts = (f"{count_examples(statistics, split):,} {split}" for split in SPLITS)
    table = PlainTable("feature", "type", "shape", title="examples", caption=", ".join(counts))
    features = tft.TFTransformOutput(str(transform)).transformed_feature_spec()
    for name, feature in sorted(features.items()):
        table.add_row(word(name), feature.dtype.name, " x ".join(map(str, feature.shape)))
    return table


def proposal(task: str, folder: Path) -> str | None:
    """Where the inferred schema lies, when the run had no curated one; None when it had.

    Args:
        task: The task's name.
        folder: What the prepare stage wrote.
    """
    curated = schema_file(task)
    if curated.is_file():
        return None
    (inferred,) = folder.glob("Schema/schema/*/schema.pbtxt")
    return (
        f"The schema was inferred. Review {inferred}; convoy schema {task} keeps it as {curated}: "
        "from then on, examples that do not fit it stop the run."
    )
