from pathlib import Path

import pandas as pd
import tensorflow_data_validation as tfdv

from pipelines.reports.page.content import Bars
from pipelines.reports.page.statistics import read_statistics, statistics_table


def write(folder: Path, split: str, rows: pd.DataFrame) -> None:
    (folder / f"Split-{split}").mkdir()
    statistics = tfdv.generate_statistics_from_dataframe(rows)
    file = folder / f"Split-{split}" / "FeatureStats.pb"
    file.write_bytes(statistics.SerializeToString())


def test_statistics_are_those_of_tensorflow_data_validation(tmp_path: Path) -> None:
    frame = pd.DataFrame({"label": ["a", "b", "b", "b"], "size": [1.0, 2.0, 2.0, 7.0]})
    write(tmp_path, "train", frame)
    write(tmp_path, "val", frame.drop(columns="size").head(2))
    table = statistics_table(read_statistics(tmp_path))
    assert table.columns == ["feature", "type", "present", "values", "range", "train", "val"]
    label, size = table.rows
    assert label[:5] == ["label", "string", "100.0%", "2 different", "most often b"]
    assert size[:5] == ["size", "float", "100.0%", "3 ± 2.345", "1 to 7"]
    assert isinstance(label[5], Bars)
    assert [round(height, 2) for height in label[5].heights] == [1, 0.33]
    assert isinstance(size[5], Bars)
    assert (len(size[5].heights), max(size[5].heights)) == (10, 1)
    assert size[6] == ""
    assert size[5].alt == "histogram of size in train"


def test_constants_and_names_that_are_all_different_have_no_histogram(tmp_path: Path) -> None:
    write(tmp_path, "train", pd.DataFrame({"path": list("abcd"), "width": [28] * 4}))
    assert [row[5] for row in statistics_table(read_statistics(tmp_path)).rows] == ["", ""]
