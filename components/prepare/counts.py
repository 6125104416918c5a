"""How many examples there are, without reading one."""

from pathlib import Path

import tensorflow_data_validation as tfdv


def count_examples(statistics: Path, split: str) -> int:
    """The number of examples of a split.

    Args:
        statistics: Folder of the raw examples' statistics, by split.
        split: The split's name.
    """
    file = statistics / f"Split-{split}" / "FeatureStats.pb"
    return int(tfdv.load_stats_binary(str(file)).datasets[0].num_examples)
