"""Groups: found in paths or named by the source, and never divided among splits."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from components.core.errors import DataError
from components.core.table import Record
from components.core.task import Spec
from components.ingest.grouping import name_groups, read_groups
from components.ingest.ingest import ingest
from components.ingest.params import SourceParams

MakeSpec = Callable[..., Spec]


def groups(pattern: str | None, paths: Iterable[str]) -> list[str | None]:
    source = SourceParams(kind="image_folder", path=Path("images"), group=pattern)
    return [each.group for each in name_groups((Record(b"", path) for path in paths), source)]


@pytest.mark.parametrize(
    ("pattern", "group"),
    [
        (None, None),
        (r"0001TP|0016E5", "0016E5"),
        (r"/(.*?)_", "0016E5"),
        (r"_0(\d)(\d)", "0"),
        (r"^\w+", "val"),
    ],
)
def test_a_group_is_what_the_first_parentheses_hold_or_all_that_matches(
    pattern: str | None, group: str | None
) -> None:
    assert groups(pattern, ["val/0016E5_00390.jpg"]) == [group]


@pytest.mark.parametrize("pattern", ["0001TP", r"0016E5(x?)", r"0016E5(x)?"])
def test_a_path_without_a_group_is_named(pattern: str) -> None:
    with pytest.raises(DataError, match=r"^a/0016E5\.jpg: source\.group, '.*', finds no group"):
        groups(pattern, ["a/0016E5.jpg"])


def draw(folder: Path, greys: Iterable[int]) -> None:
    """Images of two classes, three of each scene."""
    for grey in greys:
        file = folder / "ab"[grey % 2] / f"scene{grey // 3}_{grey}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (4, 4), grey).save(file)


def splits(folder: Path) -> dict[str, set[str]]:
    """The splits that each group is in."""
    found = defaultdict(set)
    for file in folder.glob("*.parquet"):
        for row in pq.read_table(file, columns=["group", "split"]).to_pylist():
            found[row["group"]].add(row["split"])
    return found


def test_ingest_divides_no_group_among_splits(project: Path, spec: MakeSpec) -> None:
    draw(Path("images"), range(120))
    ingest(spec("image_folder", Path("images"), group=r"scene\d+"), Path("data/out"))
    found = splits(Path("data/out"))
    assert found.keys() == {f"scene{number}" for number in range(40)}
    assert all(len(each) == 1 for each in found.values())
    assert set().union(*found.values()) == {"train", "val", "test"}
    known = {group: split for group, (split,) in found.items()}
    assert read_groups(Path("data/out").iterdir()) == known


def test_splits_that_are_carved_out_of_training_divide_none(project: Path, spec: MakeSpec) -> None:
    draw(Path("images/train"), range(60))
    draw(Path("images/test"), range(60, 66))
    ingest(spec("image_folder", Path("images"), group=r"scene\d+"), Path("data/out"))
    assert all(len(each) == 1 for each in splits(Path("data/out")).values())


def test_a_source_may_name_groups(project: Path, spec: MakeSpec) -> None:
    draw(Path(), range(60))
    files = [*Path().glob("[ab]/*.png")]
    lines = [f"{file},{file.parent},{int(file.stem[-1])}" for file in files]
    Path("labels.csv").write_text("\n".join(["path,label,group", *lines]))
    ingest(spec("csv_labels", Path("labels.csv")), Path("data/out"))
    found = splits(Path("data/out"))
    assert found.keys() == {*"0123456789"}
    assert all(len(each) == 1 for each in found.values())


def test_shards_of_earlier_releases_know_no_groups(tmp_path: Path) -> None:
    pq.write_table(pa.table({"split": ["train"]}), tmp_path / "train-00000.parquet")
    assert read_groups(tmp_path.iterdir()) == {}
