"""What a person sees after the prepare stage."""

from pathlib import Path

import tensorflow_data_validation as tfdv
import tensorflow_transform as tft
from rich.table import Table

from components.core.table import SPLITS


def examples_table(transform: Path, statistics: Path) -> Table:
    """The features of the transformed examples, and how many examples there are.

    Args:
        transform: Folder of TensorFlow Transform's output.
        statistics: Folder of the raw examples' statistics, by split.
    """
    counts = (f"{count_examples(statistics, split):,} {split}" for split in SPLITS)
    table = Table("feature", "type", "shape", title="examples", caption=", ".join(counts))
    features = tft.TFTransformOutput(str(transform)).transformed_feature_spec()
    for name, feature in sorted(features.items()):
        table.add_row(name, feature.dtype.name, " x ".join(map(str, feature.shape)))
    return table


def count_examples(statistics: Path, split: str) -> int:
    """The number of examples of a split."""
    file = statistics / f"Split-{split}" / "FeatureStats.pb"
    return int(tfdv.load_stats_binary(str(file)).datasets[0].num_examples)
