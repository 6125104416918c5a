"""From a source to shards."""

import hashlib
import io
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from components.core.errors import ConvoyError
from components.core.table import IMAGE_COLUMNS, Record
from components.ingest import ingest as module
from components.ingest.ingest import ingest
from pipelines.params import TaskParams
from pipelines.tasks.classification import TASK, Classification

MakeParams = Callable[..., TaskParams]


def write_images(folder: Path, names: Mapping[str, int], suffix: str = ".png") -> None:
    """Writes that many images of random pixels into each subfolder."""
    generator = np.random.default_rng(0)
    for name, count in names.items():
        (folder / name).mkdir(parents=True)
        for number in range(count):
            pixels = generator.integers(0, 256, (6, 8, 3), np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{number:03}{suffix}")


def read_rows(folder: Path) -> list[dict]:
    return [row for file in sorted(folder.iterdir()) for row in pq.read_table(file).to_pylist()]


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_rows_describe_the_images(tmp_path: Path, params: MakeParams) -> None:
    write_images(tmp_path / "in", {"cat": 10, "dog": 10}, ".bmp")
    ingest(TASK, params("image_folder", tmp_path / "in"), tmp_path / "out")
    rows = read_rows(tmp_path / "out")
    assert len(rows) == 20
    for row in rows:
        image = Image.open(io.BytesIO(row["image"]))
        assert image.format == "PNG"
        original = Image.open(tmp_path / "in" / row["image_path"])
        np.testing.assert_array_equal(np.asarray(image), np.asarray(original))
        assert (row["width"], row["height"], row["channels"]) == (8, 6, 3)
        assert row["sha256"] == hashlib.sha256(row["image"]).hexdigest()
        assert row["label"] == row["image_path"].split("/")[0]
        assert row["decode_error"] is None


def test_every_shard_has_the_schema_and_the_split_of_its_name(
    tmp_path: Path, params: MakeParams
) -> None:
    write_images(tmp_path / "in", {"cat": 30})
    ingest(TASK, params("image_folder", tmp_path / "in", rows_per_shard=10), tmp_path / "out")
    files = sorted((tmp_path / "out").iterdir())
    assert [file.name for file in files] == [
        "test-00000.parquet",
        *(f"train-0000{number}.parquet" for number in range(3)),
        "val-00000.parquet",
    ]
    for file in files:
        table = pq.read_table(file)
        assert dict(zip(table.schema.names, table.schema.types, strict=True)) == {
            **IMAGE_COLUMNS,
            "label": pa.string(),
        }
        assert set(table["split"].to_pylist()) == {file.name.split("-")[0]}


def test_the_digits_are_stratified(tmp_path: Path, params: MakeParams) -> None:
    summary = ingest(TASK, params("sklearn_digits", Path(__file__)), tmp_path / "out")
    assert sum(summary.images.values()) == 1797
    for label in "0123456789":
        counts = [summary.images[label, split] for split in ("train", "val", "test")]
        whole = sum(counts) // 10
        rest = np.array(counts) - [8 * whole, whole, whole]
        assert rest.min() >= 0
        assert rest.sum() < 10
    assert summary.per_split() == {
        split: sum(row["split"] == split for row in read_rows(tmp_path / "out"))
        for split in ("train", "val", "test")
    }


def test_two_runs_write_the_same_bytes(tmp_path: Path, params: MakeParams) -> None:
    write_images(tmp_path / "in", {"cat": 15, "dog": 25})
    for name in ("one", "two"):
        ingest(TASK, params("image_folder", tmp_path / "in"), tmp_path / name)
    ingest(TASK, params("image_folder", tmp_path / "in", seed=1), tmp_path / "other")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert contents(tmp_path / "one") != contents(tmp_path / "other")


def test_splits_of_the_source_are_kept(tmp_path: Path, params: MakeParams) -> None:
    write_images(tmp_path / "in", {"train/cat": 3, "val/cat": 4, "test/cat": 5})
    summary = ingest(TASK, params("image_folder", tmp_path / "in"), tmp_path / "out")
    assert summary.per_split() == {"train": 3, "val": 4, "test": 5}
    assert all(row["image_path"].startswith(row["split"]) for row in read_rows(tmp_path / "out"))


def test_a_missing_split_is_carved_out_of_training(tmp_path: Path, params: MakeParams) -> None:
    write_images(tmp_path / "in", {"train/cat": 90, "test/cat": 5})
    summary = ingest(TASK, params("image_folder", tmp_path / "in"), tmp_path / "out")
    assert summary.per_split() == {"train": 80, "val": 10, "test": 5}
    for row in read_rows(tmp_path / "out"):
        assert row["image_path"].startswith("test" if row["split"] == "test" else "train")


def test_a_broken_image_is_kept_for_validation(tmp_path: Path, params: MakeParams) -> None:
    write_images(tmp_path / "in", {"cat": 10})
    broken = tmp_path / "in/cat/003.png"
    broken.write_bytes(broken.read_bytes()[:100])
    ingest(TASK, params("image_folder", tmp_path / "in"), tmp_path / "out")
    errors = {row["image_path"]: row["decode_error"] for row in read_rows(tmp_path / "out")}
    assert len(errors) == 10
    assert [path for path, error in errors.items() if error] == ["cat/003.png"]


def test_the_table_of_what_was_read(
    tmp_path: Path, params: MakeParams, capsys: pytest.CaptureFixture[str]
) -> None:
    write_images(tmp_path / "in", {"cat": 10, "dog": 20})
    ingest(TASK, params("image_folder", tmp_path / "in"), tmp_path / "out")
    out, err = capsys.readouterr()
    cells = [line.replace("│", " ").split() for line in out.splitlines()]
    for row in (["cat", "8", "1", "1"], ["dog", "16", "2", "2"], ["all", "24", "3", "3"]):
        assert row in cells
    assert "3 shards" in out
    assert err == "", "the progress bar is for terminals"


def test_many_strata_are_cut(tmp_path: Path, params: MakeParams) -> None:
    write_images(tmp_path / "in", {f"class {number:02}": 1 for number in range(25)})
    summary = ingest(TASK, params("image_folder", tmp_path / "in"), tmp_path / "out")
    assert summary.table("out").row_count == 21


class TestErrors:
    """Each leaves the earlier result as it was."""

    @pytest.fixture(autouse=True)
    def earlier(self, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        (tmp_path / "out/train-00000.parquet").write_bytes(b"earlier")

    def fail(self, tmp_path: Path, params: TaskParams, message: str) -> None:
        with pytest.raises(ConvoyError, match=message):
            ingest(TASK, params, tmp_path / "out")
        assert contents(tmp_path / "out") == {"train-00000.parquet": b"earlier"}
        assert {path.name for path in tmp_path.iterdir()} <= {"in", "out"}

    def test_unknown_kind(self, tmp_path: Path, params: MakeParams) -> None:
        message = (
            r"tasks\.out\.source\.kind: no source 'tape'; there are .*image_folder, .*mnist_idx"
        )
        self.fail(tmp_path, params("tape", tmp_path), message)

    @pytest.mark.parametrize("kind", ["base", "../ingest"])
    def test_modules_that_are_no_source(
        self, tmp_path: Path, params: MakeParams, kind: str
    ) -> None:
        self.fail(tmp_path, params(kind, tmp_path), "kind: no source")

    def test_unknown_option(self, tmp_path: Path, params: MakeParams) -> None:
        message = r"params\.yaml: tasks\.out\.source\.speed: Extra inputs are not permitted"
        self.fail(tmp_path, params("image_folder", tmp_path, speed=3), message)

    def test_absent_path(self, tmp_path: Path, params: MakeParams) -> None:
        absent = tmp_path / "absent"
        self.fail(tmp_path, params("image_folder", absent), r"source\.path: .*absent not found")

    def test_no_image(self, tmp_path: Path, params: MakeParams) -> None:
        (tmp_path / "in/cat").mkdir(parents=True)
        self.fail(tmp_path, params("image_folder", tmp_path / "in"), "in: no image found")

    def test_unknown_split(self, tmp_path: Path, params: MakeParams) -> None:
        write_images(tmp_path / "in", {"train/cat": 3, "dev/cat": 3})
        self.fail(tmp_path, params("image_folder", tmp_path / "in"), "dev: not a split")

    @pytest.mark.parametrize(
        ("record", "message"),
        [
            (Record(b"", "a.png", {"label": "cat"}, "dev"), r"a\.png: unknown split 'dev'"),
            (Record(b"", "a.png", {}), r"a\.png: the source gives the labels none; .* label"),
            (Record(b"", "a.png", {"label": 3}), "a label does not fit its column: .*int"),
        ],
    )
    def test_a_source_that_errs(
        self,
        tmp_path: Path,
        params: MakeParams,
        monkeypatch: pytest.MonkeyPatch,
        record: Record,
        message: str,
    ) -> None:
        (tmp_path / "in").mkdir()
        records = [Record(b"", "0.png", {"label": "cat"})] * 300 + [record]
        monkeypatch.setattr(module, "show_progress", lambda _: iter(records))
        self.fail(tmp_path, params("image_folder", tmp_path / "in"), message)


class Ungrouped(Classification):
    def stratum(self, labels: Mapping) -> str:
        return ""


def test_a_single_stratum_is_not_listed(tmp_path: Path, params: MakeParams) -> None:
    write_images(tmp_path / "in", {"cat": 10, "dog": 10})
    summary = ingest(Ungrouped(), params("image_folder", tmp_path / "in"), tmp_path / "out")
    assert summary.per_split() == {"train": 16, "val": 2, "test": 2}
    assert summary.table("out").row_count == 0
