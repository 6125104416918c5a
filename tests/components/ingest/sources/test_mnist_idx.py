"""idx files as they should be and as they should not."""

import gzip
import io
import os
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from components.core.errors import ConvoyError
from components.core.table import Record
from components.ingest.sources.mnist_idx import Source

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 3, 4), np.uint8)
LABELS = np.array([3, 1, 4, 1, 5], np.uint8)


def idx(array: np.ndarray) -> bytes:
    return struct.pack(f">{1 + array.ndim}I", 0x800 + array.ndim, *array.shape) + array.tobytes()


def write(folder: Path, name: str, suffix: str = "", count: int = 5) -> None:
    pack: Callable[[bytes], bytes] = gzip.compress if suffix else bytes
    (folder / f"{name}-images-idx3-ubyte{suffix}").write_bytes(pack(idx(IMAGES[:count])))
    (folder / f"{name}-labels-idx1-ubyte{suffix}").write_bytes(pack(idx(LABELS[:count])))


def read(folder: Path) -> list[Record]:
    return list(Source(kind="mnist_idx", path=folder).read())


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_pixels_and_labels(tmp_path: Path, suffix: str) -> None:
    write(tmp_path, "t10k", suffix)
    records = read(tmp_path)
    for record, pixels in zip(records, IMAGES, strict=True):
        np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(record.sample))), pixels)
    assert [record.labels for record in records] == [{"label": label} for label in "31415"]
    assert records[2].path == "t10k/00002.png"


def test_a_single_pair_brings_no_split(tmp_path: Path) -> None:
    write(tmp_path, "train")
    assert {record.split for record in read(tmp_path)} == {None}
    assert Source(kind="mnist_idx", path=tmp_path).missing_splits() == ()


def test_both_pairs_are_training_and_test_images(tmp_path: Path) -> None:
    write(tmp_path, "train")
    write(tmp_path, "t10k", ".gz", count=2)
    assert [record.split for record in read(tmp_path)] == ["test"] * 2 + ["train"] * 5
    assert Source(kind="mnist_idx", path=tmp_path).missing_splits() == ("val",)


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("kept", [10, 30, 75])
def test_a_truncated_file(tmp_path: Path, suffix: str, kept: int) -> None:
    write(tmp_path, "t10k", suffix)
    file = tmp_path / f"t10k-images-idx3-ubyte{suffix}"
    file.write_bytes(file.read_bytes()[:kept])
    with pytest.raises(ConvoyError, match=r"t10k-images-idx3-ubyte(\.gz)?: (cut|too) short"):
        read(tmp_path)


def test_labels_that_are_truncated(tmp_path: Path) -> None:
    write(tmp_path, "t10k")
    file = tmp_path / "t10k-labels-idx1-ubyte"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(ConvoyError, match=r"t10k-labels-idx1-ubyte: cut short in item 4 of 5"):
        read(tmp_path)


def test_bytes_after_the_last_item(tmp_path: Path) -> None:
    write(tmp_path, "t10k")
    file = tmp_path / "t10k-images-idx3-ubyte"
    file.write_bytes(file.read_bytes() + b"x")
    with pytest.raises(ConvoyError, match=r"t10k-images-idx3-ubyte: goes on after its 5 items"):
        read(tmp_path)


def test_counts_that_differ(tmp_path: Path) -> None:
    write(tmp_path, "t10k")
    (tmp_path / "t10k-labels-idx1-ubyte").write_bytes(idx(LABELS[:4]))
    with pytest.raises(ConvoyError, match=r"images-idx3-ubyte: has 5 images, .* has 4 labels"):
        read(tmp_path)


def test_a_wrong_magic_number(tmp_path: Path) -> None:
    write(tmp_path, "t10k")
    (tmp_path / "t10k-images-idx3-ubyte").write_bytes(idx(IMAGES.astype(np.uint8)[None]))
    with pytest.raises(ConvoyError, match=r"images-idx3-ubyte: magic number 2052; it must be 2051"):
        read(tmp_path)


def test_a_broken_gzip_file(tmp_path: Path) -> None:
    write(tmp_path, "t10k", ".gz")
    (tmp_path / "t10k-images-idx3-ubyte.gz").write_bytes(b"\x1f\x8b" + idx(IMAGES))
    with pytest.raises(ConvoyError, match=r"images-idx3-ubyte\.gz: cut short or not gzip"):
        read(tmp_path)


def test_content_tells_what_is_packed(tmp_path: Path) -> None:
    write(tmp_path, "t10k", ".gz")
    (tmp_path / "t10k-images-idx3-ubyte.gz").write_bytes(idx(IMAGES))  # by a browser, say
    (tmp_path / "t10k-labels-idx1-ubyte.gz").rename(tmp_path / "t10k-labels-idx1-ubyte")
    assert [record.labels["label"] for record in read(tmp_path)] == list("31415")


def test_labels_that_are_absent(tmp_path: Path) -> None:
    write(tmp_path, "t10k")
    (tmp_path / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(ConvoyError, match=r"t10k-labels-idx1-ubyte: not found, nor with \.gz"):
        read(tmp_path)


def test_the_test_part_of_mnist() -> None:
    folder = Path(os.environ.get("CONVOY_DATA", "absent")) / "mnist"
    if not folder.is_dir():
        pytest.skip("CONVOY_DATA has no mnist")
    counts = np.zeros(10, int)
    for record in Source(kind="mnist_idx", path=folder).read():
        if record.path.startswith("t10k/"):
            assert record.split in (None, "test")  # without the training part it is split anew
            counts[int(record.labels["label"])] += 1
    assert counts.tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


def test_items_larger_than_any_image_are_not_read(tmp_path: Path) -> None:
    sizes = (1, 2**20, 2**20)
    (tmp_path / "t-images-idx3-ubyte").write_bytes(struct.pack(">4I", 0x803, *sizes))
    (tmp_path / "t-labels-idx1-ubyte").write_bytes(struct.pack(">2I", 0x801, 1) + b"1")
    with pytest.raises(ConvoyError, match="1,099,511,627,776 pixels in an item; at most 89,478,"):
        list(Source(kind="mnist_idx", path=tmp_path).read())
