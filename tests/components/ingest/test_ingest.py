"""From a source to shards."""

import hashlib
import io
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from components.core.errors import ConvoyError
from components.core.table import Record
from components.core.task import Spec
from components.core.walking import OUTSIDE
from components.ingest import ingest as module
from components.ingest.ingest import ingest

MakeSpec = Callable[..., Spec]


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


def test_rows_describe_the_images(tmp_path: Path, spec: MakeSpec) -> None:
    write_images(tmp_path / "in", {"cat": 10, "dog": 10}, ".bmp")
    ingest(spec("image_folder", tmp_path / "in"), tmp_path / "out")
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
        grey = np.asarray(original.convert("L"))
        assert row["brightness"] == pytest.approx(grey.mean() / 255)
        assert row["contrast"] == pytest.approx(grey.std() / 255)


def test_every_shard_has_the_schema_and_the_split_of_its_name(
    tmp_path: Path, spec: MakeSpec
) -> None:
    write_images(tmp_path / "in", {"cat": 30})
    ingest(spec("image_folder", tmp_path / "in", rows_per_shard=10), tmp_path / "out")
    files = sorted((tmp_path / "out").iterdir())
    assert [file.name for file in files] == [
        "test-00000.parquet",
        *(f"train-0000{number}.parquet" for number in range(3)),
        "val-00000.parquet",
    ]
    for file in files:
        table = pq.read_table(file)
        assert dict(zip(table.schema.names, table.schema.types, strict=True)) == {
            "image": pa.binary(),
            "image_path": pa.string(),
            "sha256": pa.string(),
            "width": pa.int64(),
            "height": pa.int64(),
            "channels": pa.int64(),
            "value_range": pa.int64(),
            "brightness": pa.float32(),
            "contrast": pa.float32(),
            "decode_error": pa.string(),
            "split": pa.string(),
            "group": pa.string(),
            "label": pa.string(),
        }
        assert set(table["split"].to_pylist()) == {file.name.split("-")[0]}


def test_the_digits_are_stratified(tmp_path: Path, spec: MakeSpec) -> None:
    summary = ingest(spec("sklearn_digits", Path(__file__)), tmp_path / "out")
    assert sum(summary.samples.values()) == 1797
    for label in "0123456789":
        counts = [summary.samples[label, split] for split in ("train", "val", "test")]
        whole = sum(counts) // 10
        rest = np.array(counts) - [8 * whole, whole, whole]
        assert rest.min() >= 0
        assert rest.sum() < 10
    assert summary.per_split() == {
        split: sum(row["split"] == split for row in read_rows(tmp_path / "out"))
        for split in ("train", "val", "test")
    }


def test_two_runs_write_the_same_bytes(tmp_path: Path, spec: MakeSpec) -> None:
    write_images(tmp_path / "in", {"cat": 15, "dog": 25})
    for name in ("one", "two"):
        ingest(spec("image_folder", tmp_path / "in"), tmp_path / name)
    ingest(spec("image_folder", tmp_path / "in", split_seed=1), tmp_path / "other")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert contents(tmp_path / "one") != contents(tmp_path / "other")


def test_splits_of_the_source_are_kept(tmp_path: Path, spec: MakeSpec) -> None:
    write_images(tmp_path / "in", {"train/cat": 3, "val/cat": 4, "test/cat": 5})
    summary = ingest(spec("image_folder", tmp_path / "in"), tmp_path / "out")
    assert summary.per_split() == {"train": 3, "val": 4, "test": 5}
    assert all(row["image_path"].startswith(row["split"]) for row in read_rows(tmp_path / "out"))


def test_a_missing_split_is_carved_out_of_training(tmp_path: Path, spec: MakeSpec) -> None:
    write_images(tmp_path / "in", {"train/cat": 90, "test/cat": 5})
    summary = ingest(spec("image_folder", tmp_path / "in"), tmp_path / "out")
    assert summary.per_split() == {"train": 80, "val": 10, "test": 5}
    for row in read_rows(tmp_path / "out"):
        assert row["image_path"].startswith("test" if row["split"] == "test" else "train")


def test_a_broken_image_is_kept_for_validation(tmp_path: Path, spec: MakeSpec) -> None:
    write_images(tmp_path / "in", {"cat": 10})
    broken = tmp_path / "in/cat/003.png"
    broken.write_bytes(broken.read_bytes()[:100])
    ingest(spec("image_folder", tmp_path / "in"), tmp_path / "out")
    errors = {row["image_path"]: row["decode_error"] for row in read_rows(tmp_path / "out")}
    assert len(errors) == 10
    assert [path for path, error in errors.items() if error] == ["cat/003.png"]


def test_nothing_is_printed_where_there_is_no_terminal(
    tmp_path: Path, spec: MakeSpec, capsys: pytest.CaptureFixture[str]
) -> None:
    write_images(tmp_path / "in", {"cat": 10})
    ingest(spec("image_folder", tmp_path / "in"), tmp_path / "out")
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("folders", [{"cat": 45}, {"train/cat": 40, "test/cat": 5}])
def test_the_seed_of_training_changes_no_split(
    tmp_path: Path, spec: MakeSpec, folders: Mapping[str, int]
) -> None:
    write_images(tmp_path / "in", folders)
    for seed in (0, 1):
        ingest(spec("image_folder", tmp_path / "in", seed=seed), tmp_path / f"seed-{seed}")
    assert contents(tmp_path / "seed-0") == contents(tmp_path / "seed-1")


def test_every_sample_is_looked_into_once(
    tmp_path: Path, spec: MakeSpec, inspected: list[bytes]
) -> None:
    write_images(tmp_path / "in", {"cat": 20})
    ingest(spec("image_folder", tmp_path / "in"), tmp_path / "out")
    files = (tmp_path / "in/cat").iterdir()
    assert sorted(inspected) == sorted(file.read_bytes() for file in files)


def test_a_single_stratum(tmp_path: Path, spec: MakeSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    write_images(tmp_path / "in", {"cat": 10, "dog": 10})
    ungrouped = spec("image_folder", tmp_path / "in")
    monkeypatch.setattr(type(ungrouped.labels), "stratum", lambda *_: "")
    summary = ingest(ungrouped, tmp_path / "out")
    assert summary.samples == {("", "train"): 16, ("", "val"): 2, ("", "test"): 2}


def test_tensorflow_is_not_loaded() -> None:
    code = (
        "import sys, components.ingest.appending, components.samples.image;"
        "print(sorted({'tensorflow', 'mlflow', 'pipelines'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


class TestErrors:
    """Each leaves the earlier result as it was."""

    @pytest.fixture(autouse=True)
    def earlier(self, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        (tmp_path / "out/train-00000.parquet").write_bytes(b"earlier")

    def fail(self, tmp_path: Path, spec: Spec, message: str) -> None:
        with pytest.raises(ConvoyError, match=message):
            ingest(spec, tmp_path / "out")
        assert contents(tmp_path / "out") == {"train-00000.parquet": b"earlier"}
        assert {path.name for path in tmp_path.iterdir()} <= {"in", "out"}

    def test_unknown_kind(self, tmp_path: Path, spec: MakeSpec) -> None:
        message = (
            r"tasks\.out\.source\.kind: no source 'tape'; there are .*image_folder, .*mnist_idx"
        )
        self.fail(tmp_path, spec("tape", tmp_path), message)

    @pytest.mark.parametrize("kind", ["base", "../ingest"])
    def test_modules_that_are_no_source(self, tmp_path: Path, spec: MakeSpec, kind: str) -> None:
        self.fail(tmp_path, spec(kind, tmp_path), "kind: no source")

    def test_unknown_option(self, tmp_path: Path, spec: MakeSpec) -> None:
        message = r"params\.yaml: tasks\.out\.source\.speed: Extra inputs are not permitted"
        self.fail(tmp_path, spec("image_folder", tmp_path, speed=3), message)

    def test_absent_path(self, tmp_path: Path, spec: MakeSpec) -> None:
        absent = tmp_path / "absent"
        self.fail(tmp_path, spec("image_folder", absent), r"source\.path: .*absent not found")

    def test_no_sample(self, tmp_path: Path, spec: MakeSpec) -> None:
        (tmp_path / "in/cat").mkdir(parents=True)
        self.fail(tmp_path, spec("image_folder", tmp_path / "in"), "in: no sample found")

    def test_unknown_split(self, tmp_path: Path, spec: MakeSpec) -> None:
        write_images(tmp_path / "in", {"train/cat": 3, "dev/cat": 3})
        self.fail(tmp_path, spec("image_folder", tmp_path / "in"), "dev: not a split")

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
        spec: MakeSpec,
        monkeypatch: pytest.MonkeyPatch,
        record: Record,
        message: str,
    ) -> None:
        (tmp_path / "in").mkdir()
        records = [Record(b"", "0.png", {"label": "cat"})] * 300 + [record]
        monkeypatch.setattr(module, "show_progress", lambda _: iter(records))
        self.fail(tmp_path, spec("image_folder", tmp_path / "in"), message)


def test_links_out_of_the_source_are_counted(tmp_path: Path, spec: MakeSpec) -> None:
    write_images(tmp_path / "in", {"cat": 30})
    write_images(tmp_path, {"other": 1})
    (tmp_path / "in/cat/link.png").symlink_to(tmp_path / "other/000.png")
    summary = ingest(spec("image_folder", tmp_path / "in"), tmp_path / "out")
    assert (sum(summary.per_split().values()), summary.left_out) == (30, {OUTSIDE: 1})


def test_a_source_with_nothing_but_links_out(tmp_path: Path, spec: MakeSpec) -> None:
    write_images(tmp_path, {"other": 1})
    (tmp_path / "in/cat").mkdir(parents=True)
    (tmp_path / "in/cat/link.png").symlink_to(tmp_path / "other/000.png")
    with pytest.raises(ConvoyError, match="no sample found; left out: 1 linked from outside"):
        ingest(spec("image_folder", tmp_path / "in"), tmp_path / "out")
