from pathlib import Path

from tensorflow_metadata.proto.v0 import statistics_pb2

from components.prepare.counts import count_examples


def test_examples_are_counted_by_their_statistics(tmp_path: Path) -> None:
    for split, examples in {"train": 8, "val": 2}.items():
        statistics = statistics_pb2.DatasetFeatureStatisticsList()
        statistics.datasets.add(num_examples=examples)
        folder = tmp_path / f"Split-{split}"
        folder.mkdir()
        (folder / "FeatureStats.pb").write_bytes(statistics.SerializeToString())
    assert [count_examples(tmp_path, split) for split in ("train", "val")] == [8, 2]
