"""The statistics that TensorFlow Data Validation has made of the examples, as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from tensorflow_metadata.proto.v0.statistics_pb2 import (
    DatasetFeatureStatistics,
    DatasetFeatureStatisticsList,
    FeatureNameStatistics,
    Histogram,
    RankHistogram,
)

from components.core.table import SPLITS
from pipelines.reports.page.content import Bars, Cell, Table, number

Statistics = Mapping[str, DatasetFeatureStatistics]

RANKS = 20  # the most frequent values that are drawn
BOUNDED = 30  # letters of a value


def read_statistics(folder: Path) -> dict[str, DatasetFeatureStatistics]:
    """The statistics of each split.

    Args:
        folder: As the node `StatisticsGen` writes it: `Split-<split>/FeatureStats.pb`.
    """
    files = {split: folder / f"Split-{split}" / "FeatureStats.pb" for split in SPLITS}
    return {
        split: DatasetFeatureStatisticsList.FromString(file.read_bytes()).datasets[0]
        for split, file in files.items()
        if file.is_file()
    }


def statistics_table(statistics: Statistics) -> Table:
    """A row a feature: what it is like in training, and its distribution in every split."""
    splits = [split for split in SPLITS if split in statistics]
    by_split = {split: _by_name(statistics[split]) for split in splits}
    training = by_split[splits[0]]
    rows = [
        [name, *_describe(feature), *(_bars(by_split[split], name, split) for split in splits)]
        for name, feature in sorted(training.items())
    ]
    return Table(
        "Statistics of the examples",
        ["feature", "type", "present", "values", "range", *splits],
        rows,
        "As TensorFlow Data Validation has made them. Of text, the most frequent values are drawn; "
        f"type to range are those of {splits[0]}.",
        folded=True,
    )


def _by_name(dataset: DatasetFeatureStatistics) -> dict[str, FeatureNameStatistics]:
    return {".".join(each.path.step) or each.name: each for each in dataset.features}


def _describe(feature: FeatureNameStatistics) -> Iterator[Cell]:
    """Type, share present, values and range."""
    kind = FeatureNameStatistics.Type.Name(feature.type).lower()
    stats = getattr(feature, feature.WhichOneof("stats"))
    common = stats.common_stats
    yield kind
    every = common.num_missing + common.num_non_missing
    yield f"{common.num_non_missing / every:.1%}" if every else ""
    if feature.HasField("num_stats"):
        yield f"{number(stats.mean)} ± {number(stats.std_dev)}"
        yield f"{number(stats.min)} to {number(stats.max)}"
    elif feature.HasField("string_stats"):
        top = stats.top_values[0].value if stats.top_values else ""
        shown = top if len(top) <= BOUNDED else f"{top[:BOUNDED]}…"
        yield f"{stats.unique:,} different"
        yield f"most often {shown}" if shown and stats.unique < every else ""
    else:
        yield f"{number(stats.bytes_stats.avg_num_bytes)} bytes" if _has_bytes(feature) else ""
        yield ""


def _has_bytes(feature: FeatureNameStatistics) -> bool:
    return feature.HasField("bytes_stats")


def _bars(features: Mapping[str, FeatureNameStatistics], name: str, split: str) -> Cell:
    counts = list(_counts(features[name])) if name in features else []
    return Bars.of(counts, f"histogram of {name} in {split}") if len(counts) > 1 else ""


def _counts(feature: FeatureNameStatistics) -> Iterator[float]:
    if feature.HasField("string_stats"):
        histogram: RankHistogram = feature.string_stats.rank_histogram
        if feature.string_stats.unique < feature.string_stats.common_stats.num_non_missing:
            yield from (bucket.sample_count for bucket in histogram.buckets[:RANKS])
    elif feature.HasField("num_stats"):
        standard = (h for h in feature.num_stats.histograms if h.type == Histogram.STANDARD)
        for each in standard:
            if feature.num_stats.min < feature.num_stats.max:
                yield from (bucket.sample_count for bucket in each.buckets)
            return
