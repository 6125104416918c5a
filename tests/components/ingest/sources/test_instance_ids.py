"""Masks with a number an object: what is read, and every way in which they can be wrong."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from components.core.errors import ConvoyError
from components.core.regions import COLUMNS, decode_region
from components.ingest.sources.instance_ids import Source, find_objects
from tests.layouts import save
from tests.toys import png
from tests.turned import encode_turned

SIZE = HEIGHT, WIDTH = 4, 6
IDS = np.zeros(SIZE, np.uint8)
IDS[1:3, :2] = 7
IDS[0, 3:] = 2
LAYOUT = {"images": "PNGImages", "masks": "PedMasks", "mask_suffix": "_mask", "label": "person"}


def make(folder: Path, ids: np.ndarray = IDS, **options: Any) -> Source:
    """An image and its mask, as Penn-Fudan has them."""
    save(np.full((*SIZE, 3), 90, np.uint8), folder / "PNGImages/a.png")
    save(ids, folder / "PedMasks/a_mask.png")
    return Source(kind="instance_ids", path=folder, **LAYOUT | options)


def labels_of(source: Source) -> dict[str, Any]:
    (record,) = source.read()
    return dict(record.labels)


def test_objects_in_the_order_of_their_numbers_which_may_have_gaps(tmp_path: Path) -> None:
    labels = labels_of(make(tmp_path))
    assert {*labels} == {*COLUMNS}
    assert labels["boxes"] == [3, 0, 6, 1, 0, 1, 2, 3]
    assert labels["labels"] == ["person", "person"]
    drawn = [decode_region(counts, SIZE) for counts in labels["masks"]]
    np.testing.assert_array_equal(drawn, [IDS == 2, IDS == 7])


@given(
    arrays(np.uint16, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.integers(0, 3))
)
def test_every_pixel_is_of_the_object_of_its_number(ids: np.ndarray) -> None:
    objects = list(find_objects(ids, "cell"))
    numbers = sorted({*ids.ravel().tolist()} - {0})
    assert len(objects) == len(numbers)
    for number, (_, region) in zip(numbers, objects, strict=True):
        np.testing.assert_array_equal(decode_region(region, ids.shape), ids == number)


def test_numbers_of_16_bits(tmp_path: Path) -> None:
    ids = IDS.astype(np.uint16) * 9_000
    assert labels_of(make(tmp_path, ids)) == labels_of(make(tmp_path / "same"))


def test_indices_of_a_palette_count_and_not_its_colours(tmp_path: Path) -> None:
    source = make(tmp_path)
    mask = Image.fromarray(IDS, "P")
    mask.putpalette([0, 0, 0] * 256)
    mask.save(tmp_path / "PedMasks/a_mask.png")
    assert labels_of(source) == labels_of(make(tmp_path / "same"))


def test_a_mask_that_is_turned_by_its_own_exif(tmp_path: Path) -> None:
    source = make(tmp_path)
    (tmp_path / "PedMasks/a_mask.png").write_bytes(encode_turned(IDS, 6))
    assert labels_of(source) == labels_of(make(tmp_path / "same"))


def test_a_mask_without_an_object(tmp_path: Path) -> None:
    assert labels_of(make(tmp_path, np.zeros(SIZE, np.uint8)))["labels"] == []


def test_folders_of_splits(tmp_path: Path) -> None:
    for split in ("train", "val"):
        make(tmp_path / split)
    source = Source(kind="instance_ids", path=tmp_path, **LAYOUT)
    assert [record.split for record in source.read()] == ["train", "val"]
    assert source.missing_splits() == ["test"]


def test_a_png_that_is_called_jpg_is_read(tmp_path: Path) -> None:
    source = make(tmp_path)
    for name in ("PNGImages/a.png", "PedMasks/a_mask.png"):
        (tmp_path / name).rename(tmp_path / name.replace(".png", ".jpg"))
    assert labels_of(source) == labels_of(make(tmp_path / "same"))


def test_a_mask_of_another_size_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        ConvoyError,
        match=r"PedMasks/a_mask\.png: width and height are 4 and 6, of its picture 6 and 4; labels "
        r"must be drawn on the picture as it is shown, upright as EXIF says$",
    ):
        labels_of(make(tmp_path, IDS.T))


def test_a_mask_without_an_image_is_named(tmp_path: Path) -> None:
    source = make(tmp_path)
    save(IDS, tmp_path / "PedMasks/b_mask.png")
    with pytest.raises(
        ConvoyError, match=r"PedMasks/b_mask\.png: no image of this name in .*PNGImages$"
    ):
        labels_of(source)


def test_an_image_without_a_mask_is_named(tmp_path: Path) -> None:
    source = make(tmp_path)
    save(IDS, tmp_path / "PNGImages/b.png")
    with pytest.raises(
        ConvoyError, match=r"PNGImages/b\.png: has no mask b_mask in the folder PedMasks$"
    ):
        list(source.read())


def test_a_lossy_mask_is_named(tmp_path: Path) -> None:
    source = make(tmp_path)
    Image.fromarray(IDS).save(tmp_path / "PedMasks/a_mask.png", "JPEG")
    with pytest.raises(
        ConvoyError,
        match=r"a_mask\.png: JPEG changes the values of pixels, which are objects here; masks must "
        r"be PNG, or of another format that keeps them$",
    ):
        labels_of(source)


def test_a_mask_in_colour_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        ConvoyError, match=r"a_mask\.png: PNG of mode RGB; must have one whole number a pixel$"
    ):
        labels_of(make(tmp_path, np.stack([IDS] * 3, axis=-1)))


def test_a_mask_that_is_cut_off_is_named(tmp_path: Path) -> None:
    source = make(tmp_path)
    (tmp_path / "PedMasks/a_mask.png").write_bytes(png(1, (WIDTH, HEIGHT))[:50])
    with pytest.raises(ConvoyError, match=r"a_mask\.png: OSError: "):
        labels_of(source)


def test_an_image_that_cannot_be_opened_is_left_to_validation(tmp_path: Path) -> None:
    source = make(tmp_path)
    (tmp_path / "PNGImages/a.png").write_bytes(b"no image")
    assert len(labels_of(source)["labels"]) == 2


def test_it_is_recognised_by_the_names_of_its_folders(tmp_path: Path) -> None:
    make(tmp_path)
    assert Source.recognise(tmp_path) == {"path": tmp_path, **LAYOUT}
    (tmp_path / "PedMasks").rename(tmp_path / "instances")
    found = Source.recognise(tmp_path)
    assert found is not None
    assert (found["masks"], found.get("label")) == ("instances", None)
    (tmp_path / "instances").rename(tmp_path / "masks")
    assert Source.recognise(tmp_path) is None
    assert Source.recognise(tmp_path / "PNGImages/a.png") is None


def test_penn_fudan(real_data: Path) -> None:
    keys = Source.recognise(real_data / "penn-fudan")
    assert keys is not None
    records = list(Source(kind="instance_ids", **keys).read())
    counts = [len(record.labels["masks"]) for record in records]
    assert (len(counts), sum(counts), min(counts), max(counts)) == (120, 301, 1, 8)
    assert {name for record in records for name in record.labels["labels"]} == {"person"}
