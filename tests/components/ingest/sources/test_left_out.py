"""Whatever lies in the folder of a source is read, named as broken, or counted by its reason."""

import gzip
import io
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from components.core.errors import ConvoyError
from components.core.faults import FaultsError
from components.core.masks import decode_mask
from components.core.walking import DANGLING, HIDDEN, NO_FILE, OUTSIDE
from components.ingest.class_folders import NO_CLASS
from components.ingest.ingest import ingest, load_source
from components.ingest.paired_folders import BESIDE
from components.ingest.sources.base import FileSource
from components.ingest.sources.mnist_idx import NO_IDX, NO_IMAGES, PACKED_TOO
from components.ingest.sources.pts_landmarks import NO_POINTS
from tests.toys import png

NO_IMAGE = "no image"
LANDMARKS = "".join(f"{x + 1} {x % 3 + 1}\n" for x in range(68))
POINTS = f"version: 1\nn_points: 68\n{{\n{LANDMARKS}}}"
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(64)


def make(kind: str, path: Path, **options: object) -> FileSource:
    source = load_source({"kind": kind, "path": path, **options}, "source")
    assert isinstance(source, FileSource)
    return source


def write(folder: Path, name: str, content: bytes = b"") -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content or png(1))


def encode(kind: str, pixels: np.ndarray, **options: Any) -> bytes:
    contents = io.BytesIO()
    Image.fromarray(pixels).save(contents, kind, **options)
    return contents.getvalue()


def paths(source: FileSource) -> list[str]:
    return [record.path for record in source.read()]


def clutter(folder: Path, outside: Path) -> dict[str, int]:
    """Leaves beside people's files what systems and programs leave; gives what counts as what."""
    for name in (
        "._1.png",
        ".DS_Store",
        "Thumbs.db",
        ".ipynb_checkpoints/1-checkpoint.png",
        "@eaDir/1.png/SYNO_THUMB.png",
        "__MACOSX/._1.png",
    ):
        write(folder, name)
    write(folder, "README.md", b"Python pictures\n")
    outside.write_bytes(png(2))
    (folder / "gone.png").symlink_to("/nowhere/1.png")
    (folder / "out.png").symlink_to(outside)
    os.mkfifo(folder / "pipe.png")
    return {HIDDEN: 6, NO_IMAGE: 1, DANGLING: 1, OUTSIDE: 1, NO_FILE: 1}


def as_image_folder(folder: Path) -> list[str]:
    write(folder, "cats/1.png")
    return ["cats/1.png"]


def as_mask_folder(folder: Path) -> list[str]:
    write(folder, "images/1.png")
    write(folder, "masks/1.png")
    return ["images/1.png"]


def as_landmarks(folder: Path) -> list[str]:
    write(folder, "a/1.png")
    write(folder, "a/1.pts", POINTS.encode())
    return ["a/1.png"]


KINDS = {
    "image_folder": (as_image_folder, "cats"),
    "mask_folder": (as_mask_folder, "images"),
    "pts_landmarks": (as_landmarks, "a"),
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("below", ["", "deep/er"])
@pytest.mark.parametrize("kind", KINDS)
def test_clutter_is_counted_by_reason(tmp_path: Path, kind: str, below: str) -> None:
    fill, place = KINDS[kind]
    expected = fill(tmp_path / "in")
    (tmp_path / "in" / place / below).mkdir(parents=True, exist_ok=True)
    counts = clutter(tmp_path / "in" / place / below, tmp_path / "outside.png")
    source = make(kind, tmp_path / "in")
    assert paths(source) == expected
    assert source.left_out() == counts
    source.missing_splits()
    assert source.left_out() == counts  # however often they are met


def test_images_by_content_whatever_they_are_called(tmp_path: Path) -> None:
    names = ["1.avif", "2.jfif", "3.JPE", "4", "5.txt", "6.png"]
    for name in names:
        write(tmp_path, f"cats/{name}", encode("JPEG", np.eye(8, dtype=np.uint8)))
    write(tmp_path, "cats/notes.txt", b"no")
    source = make("image_folder", tmp_path)
    assert paths(source) == [f"cats/{name}" for name in names]
    assert source.left_out() == {NO_IMAGE: 1}


def test_images_beside_the_classes(tmp_path: Path) -> None:
    for name in ("train/cats/1.png", "train/1.png", "2.png", "3", "notes.txt", "test/cats/2.png"):
        write(tmp_path, name, b"" if name != "notes.txt" else b"no")
    source = make("image_folder", tmp_path)
    assert paths(source) == ["test/cats/2.png", "train/cats/1.png"]
    assert source.left_out() == {NO_CLASS: 3, NO_IMAGE: 1}


def test_an_archive_made_on_a_mac_has_splits(tmp_path: Path) -> None:
    for name in ("train/cats/1.png", "__MACOSX/train/._1.png"):
        write(tmp_path, name)
    assert [record.split for record in make("image_folder", tmp_path).read()] == ["train"]


def test_a_photograph_that_is_not_read_is_broken_not_gone(
    tmp_path: Path, spec: Callable[..., Any]
) -> None:
    import pyarrow.parquet as pq

    write(tmp_path, "in/cats/1.png")
    write(tmp_path, "in/cats/2.HEIC", HEIC)
    ingest(spec("image_folder", tmp_path / "in"), tmp_path / "out")
    rows = [row for file in (tmp_path / "out").iterdir() for row in pq.read_table(file).to_pylist()]
    assert {row["image_path"]: row["decode_error"] for row in rows} == {
        "cats/1.png": None,
        "cats/2.HEIC": "HEIF, which is not read; convert it to JPEG",
    }


def test_names_that_are_not_utf8_are_read(tmp_path: Path, spec: Callable[..., Any]) -> None:
    import pyarrow.parquet as pq

    write(tmp_path, os.fsdecode(b"in/caf\xe9/\xff.png"))
    ingest(spec("image_folder", tmp_path / "in"), tmp_path / "out")
    (row,) = pq.read_table(next((tmp_path / "out").iterdir())).to_pylist()
    assert (row["image_path"], row["label"]) == (r"caf\xe9/\xff.png", r"caf\xe9")


class TestMasks:
    VALUES = np.arange(6, dtype=np.uint8).reshape(2, 3)

    def make(self, folder: Path, name: str, kind: str, **options: Any) -> FileSource:
        write(folder, "images/a.jpg")
        write(folder, f"masks/{name}", encode(kind, self.VALUES, **options))
        return make("mask_folder", folder)

    @pytest.mark.parametrize(
        ("name", "kind"),
        [
            ("a.PNG", "PNG"),
            ("a.bmp", "BMP"),
            ("a.tif", "TIFF"),
            ("a.TIFF", "TIFF"),
            ("a.gif", "GIF"),
            ("a.pgm", "PPM"),
            ("a", "PNG"),
            ("a.mask", "PNG"),
            ("a.jpg", "PNG"),
        ],
    )
    def test_masks_of_other_endings(self, tmp_path: Path, name: str, kind: str) -> None:
        (record,) = self.make(tmp_path, name, kind).read()
        np.testing.assert_array_equal(decode_mask(record.labels["mask"]), self.VALUES)

    @pytest.mark.parametrize("name", ["a.jpg", "a.JPEG", "a.png"])
    def test_a_mask_that_is_a_jpeg(self, tmp_path: Path, name: str) -> None:
        rule = rf"masks/{name}: JPEG changes the values of pixels.* must be PNG"
        with pytest.raises(ConvoyError, match=rule):
            paths(self.make(tmp_path, name, "JPEG"))

    def test_two_masks_of_an_image(self, tmp_path: Path) -> None:
        self.make(tmp_path, "a.bmp", "BMP")
        with pytest.raises(ConvoyError, match=r"masks/a\.png: a second mask beside a\.bmp"):
            paths(self.make(tmp_path, "a.png", "PNG"))

    def test_a_mask_of_two_images(self, tmp_path: Path) -> None:
        source = self.make(tmp_path, "a.png", "PNG")
        write(tmp_path, "images/a.png")
        rule = r"images/a\.png: a second image beside a\.jpg for the mask .*masks/a\.png; must be 1"
        with pytest.raises(ConvoyError, match=rule):
            paths(source)

    def test_all_that_is_wrong_is_told_at_once(self, tmp_path: Path) -> None:
        for split in ("train", "test"):
            self.make(tmp_path / split, "a.png", "PNG")
            write(tmp_path, f"{split}/masks/a.bmp")
            write(tmp_path, f"{split}/masks/b.png")
            write(tmp_path, f"{split}/images/a.png")
        with pytest.raises(FaultsError) as caught:
            paths(make("mask_folder", tmp_path))
        assert len(caught.value.faults) == 6

    def test_masks_that_cannot_be_used_are_told_at_once(self, tmp_path: Path) -> None:
        for name in ("a", "b"):
            write(tmp_path, f"images/{name}.png")
            write(tmp_path, f"masks/{name}.png", encode("JPEG", self.VALUES))
        with pytest.raises(FaultsError) as caught:
            paths(make("mask_folder", tmp_path))
        assert [fault.partition(": ")[0] for fault in caught.value.faults] == [
            str(tmp_path / "masks/a.png"),
            str(tmp_path / "masks/b.png"),
        ]

    def test_folders_that_mean_splits(self, tmp_path: Path) -> None:
        self.make(tmp_path / "Train", "a.png", "PNG")
        rule = r"images: not a folder; folders and values of splits are named train, val, test"
        with pytest.raises(ConvoyError, match=rule):
            paths(make("mask_folder", tmp_path))

    def test_what_lies_beside_the_folders(self, tmp_path: Path) -> None:
        for split in ("train", "test"):
            self.make(tmp_path / split, "a.png", "PNG")
            write(tmp_path, f"{split}/depth/a.png")
        write(tmp_path, "classes.txt", b"sky")
        source = make("mask_folder", tmp_path)
        assert len(paths(source)) == 2
        assert source.left_out() == {BESIDE: 3}


class TestLandmarks:
    @pytest.mark.parametrize("name", ["1.jfif", "1.AVIF", "1", "1.photo"])
    def test_images_of_other_endings(self, tmp_path: Path, name: str) -> None:
        write(tmp_path, name)
        write(tmp_path, "1.PTS", POINTS.encode())
        assert paths(make("pts_landmarks", tmp_path)) == [name]

    def test_images_without_points(self, tmp_path: Path) -> None:
        for name in ("1.png", "2.png", "3.png", "3.jpg", "b/1.png"):
            write(tmp_path, name)
        write(tmp_path, "1.pts", POINTS.encode())
        source = make("pts_landmarks", tmp_path)
        assert paths(source) == ["1.png"]
        assert source.left_out() == {NO_POINTS: 4}


class TestDigits:
    IMAGES = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    CONTENT = (
        struct.pack(">4I", 0x803, 2, 3, 4) + IMAGES.tobytes(),
        struct.pack(">2I", 0x801, 2) + b"\1\2",
    )

    def write(self, folder: Path, images: str, labels: str) -> FileSource:
        for name, content in zip((images, labels), self.CONTENT, strict=True):
            write(folder, name, gzip.compress(content) if name.endswith("gz") else content)
        return make("mnist_idx", folder)

    @pytest.mark.parametrize(
        ("images", "labels"),
        [
            ("train-images.idx3-ubyte", "train-labels.idx1-ubyte"),
            ("train-images.idx3-ubyte.gz", "train-labels.idx1-ubyte.gz"),
            ("train-images-idx3-ubyte.GZ", "train-labels.idx1-ubyte"),
            ("TRAIN-IMAGES-IDX3-UBYTE", "train-labels-idx1-ubyte.gz"),
            ("train_images_idx3_ubyte", "train_labels_idx1_ubyte"),
        ],
    )
    def test_other_customary_names(self, tmp_path: Path, images: str, labels: str) -> None:
        records = list(self.write(tmp_path, images, labels).read())
        assert [record.labels["label"] for record in records] == ["1", "2"]
        assert [record.path.lower() for record in records] == ["train/00000.png", "train/00001.png"]

    @pytest.mark.parametrize("pair", [("train", "t10k"), ("Train", "Test"), ("a-train", "a-test")])
    def test_training_and_test_images(self, tmp_path: Path, pair: tuple[str, str]) -> None:
        for name in pair:
            source = self.write(tmp_path, f"{name}-images.idx3-ubyte", f"{name}-labels.idx1-ubyte")
        splits = {record.path.split("/")[0]: record.split for record in source.read()}
        assert splits == {pair[0]: "train", pair[1]: "test"}
        assert source.missing_splits() == ("val",)

    def test_a_file_that_is_there_twice(self, tmp_path: Path) -> None:
        self.write(tmp_path, "t-images-idx3-ubyte", "t-labels-idx1-ubyte")
        source = self.write(tmp_path, "t-images.idx3-ubyte.gz", "t-labels.idx1-ubyte.gz")
        assert len(paths(source)) == 2
        assert source.left_out() == {PACKED_TOO: 2}
        self.write(tmp_path, "t-images.idx3-ubyte", "t-labels.idx1-ubyte")
        with pytest.raises(ConvoyError, match=r"by its name the same as t-images.* remove one"):
            paths(source)

    @pytest.mark.parametrize("change", [b"\2\1", b"\1", b"\1\2\3"])
    def test_a_packed_file_that_holds_something_else(self, tmp_path: Path, change: bytes) -> None:
        self.write(tmp_path, "t-images-idx3-ubyte", "t-labels-idx1-ubyte")
        source = self.write(tmp_path, "t-images.idx3-ubyte.gz", "t-labels.idx1-ubyte.gz")
        other = gzip.compress(struct.pack(">2I", 0x801, 2) + change)
        write(tmp_path, "t-labels.idx1-ubyte.gz", other)
        rule = r"t-labels\.idx1-ubyte\.gz: holds something else than t-labels-idx1-ubyte; remove"
        with pytest.raises(ConvoyError, match=rule):
            paths(source)

    def test_what_is_no_digits_is_counted(self, tmp_path: Path) -> None:
        source = self.write(tmp_path, "t-images-idx3-ubyte", "t-labels-idx1-ubyte")
        for name in ("README.md", "more/t-images-idx3-ubyte", ".cache", "u-labels-idx1-ubyte"):
            write(tmp_path, name)
        assert len(paths(source)) == 2
        assert source.left_out() == {NO_IDX: 2, HIDDEN: 1, NO_IMAGES: 1}

    def test_items_without_pixels(self, tmp_path: Path) -> None:
        source = self.write(tmp_path, "t-images-idx3-ubyte", "t-labels-idx1-ubyte")
        write(tmp_path, "t-images-idx3-ubyte", struct.pack(">4I", 0x803, 2, 0, 4))
        with pytest.raises(ConvoyError, match="no pixel in an item"):
            paths(source)
