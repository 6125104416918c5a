"""A file an object: what is read, and every way in which the files can be wrong."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from components.core.errors import ConvoyError
from components.core.faults import FaultsError
from components.core.regions import COLUMNS, decode_region
from components.ingest.sources.instance_masks import Source
from tests.layouts import save

SIZE = HEIGHT, WIDTH = 5, 6


def mask(rows: slice, columns: slice, value: int = 255) -> np.ndarray:
    pixels = np.zeros(SIZE, np.uint8)
    pixels[rows, columns] = value
    return pixels


LEFT, RIGHT = mask(slice(1, 4), slice(0, 2)), mask(slice(0, 2), slice(3, 6), 1)


def make(folder: Path, *masks: np.ndarray, name: str = "n1", **options: Any) -> Source:
    """An image and its masks, as the nuclei of 2018 have them."""
    inner = folder / name
    save(np.full((*SIZE, 4), 90, np.uint8), inner / f"images/{inner.name}.png")
    (inner / "masks").mkdir()
    for at, each in enumerate(masks):
        save(each, inner / f"masks/{at}.png")
    return Source(kind="instance_masks", path=folder, **options)


def labels_of(source: Source) -> dict[str, Any]:
    (record,) = source.read()
    return dict(record.labels)


def test_an_object_a_file_of_the_pixels_above_0(tmp_path: Path) -> None:
    labels = labels_of(make(tmp_path, LEFT, RIGHT, label="nucleus"))
    assert {*labels} == {*COLUMNS}
    assert labels["labels"] == ["nucleus", "nucleus"]
    assert labels["boxes"] == [0, 1, 2, 4, 3, 0, 6, 2]
    drawn = [decode_region(counts, SIZE) for counts in labels["masks"]]
    np.testing.assert_array_equal(drawn, [LEFT > 0, RIGHT > 0])


def test_images_in_the_order_of_their_folders_those_without_objects_too(tmp_path: Path) -> None:
    make(tmp_path, name="b")
    records = list(make(tmp_path, LEFT, name="a").read())
    assert [record.path for record in records] == ["a/images/a.png", "b/images/b.png"]
    assert [len(record.labels["masks"]) for record in records] == [1, 0]


def test_folders_of_splits(tmp_path: Path) -> None:
    for split in ("train", "test"):
        make(tmp_path, LEFT, name=f"{split}/n1")
    source = Source(kind="instance_masks", path=tmp_path)
    assert [record.split for record in source.read()] == ["test", "train"]
    assert source.missing_splits() == ["val"]
    assert Source.recognise(tmp_path) == {"path": tmp_path}


def test_folders_of_splits_with_images_and_masks_side_by_side_are_another_layout(
    tmp_path: Path,
) -> None:
    make(tmp_path, LEFT, name="train")
    assert Source.recognise(tmp_path) is None


def test_what_lies_beside_is_counted(tmp_path: Path) -> None:
    source = make(tmp_path, LEFT)
    save(LEFT, tmp_path / "all.png")
    (tmp_path / "n1/notes.txt").touch()
    (tmp_path / "n1/masks/notes.txt").touch()
    list(source.read())
    assert source.left_out() == {
        "beside the folders of images": 1,
        "beside images and masks": 1,
        "no image": 1,
    }


def test_masks_that_overlap_are_named(tmp_path: Path) -> None:
    other = mask(slice(3, 5), slice(0, 6))
    with pytest.raises(
        ConvoyError,
        match=r"n1/masks/0\.png: has 2 pixels in common with 2\.png; source\.overlap is 0$",
    ):
        labels_of(make(tmp_path, LEFT, RIGHT, other))


def test_all_masks_that_overlap_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(FaultsError) as caught:
        labels_of(make(tmp_path, LEFT, LEFT, LEFT))
    assert len(caught.value.faults) == 3


@pytest.mark.parametrize(("overlap", "allowed"), [(0.3, False), (0.34, True), (1.0, True)])
def test_how_much_may_overlap_is_a_share_of_the_smaller_mask(
    overlap: float, allowed: bool, tmp_path: Path
) -> None:
    other = mask(slice(3, 5), slice(0, 6))  # 2 of 12 of its pixels, 2 of 6 of the other's
    source = make(tmp_path, other, LEFT, overlap=overlap)
    if allowed:
        assert len(labels_of(source)["masks"]) == 2
        return
    with pytest.raises(
        ConvoyError, match=r"2 pixels in common with 1\.png; source\.overlap is 0\.3"
    ):
        labels_of(source)


def test_a_mask_without_a_pixel_is_left_to_the_rules(tmp_path: Path) -> None:
    labels = labels_of(make(tmp_path, LEFT, np.zeros(SIZE, np.uint8)))
    assert labels["boxes"][4:] == [0, 0, 0, 0]


def test_a_mask_of_another_size_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        ConvoyError,
        match=r"n1/masks/1\.png: width and height are 6 and 4, of its picture 6 and 5; labels must "
        r"be drawn on this very picture$",
    ):
        labels_of(make(tmp_path, LEFT, RIGHT[:4]))


def test_all_wrong_masks_of_all_images_are_named_at_once(tmp_path: Path) -> None:
    make(tmp_path, LEFT.T, LEFT.T, name="a")
    with pytest.raises(FaultsError) as caught:
        list(make(tmp_path, LEFT.T, name="b").read())
    assert len(caught.value.faults) == 3


def test_masks_without_an_image_are_named(tmp_path: Path) -> None:
    source = make(tmp_path, LEFT)
    (tmp_path / "n1/images/n1.png").unlink()
    with pytest.raises(ConvoyError, match=r"n1/images: has 0 images; must be 1$"):
        labels_of(source)


def test_two_images_in_a_folder_are_named(tmp_path: Path) -> None:
    source = make(tmp_path, LEFT)
    save(LEFT, tmp_path / "n1/images/n2.png")
    with pytest.raises(ConvoyError, match=r"n1/images: has 2 images; must be 1$"):
        labels_of(source)


def test_an_image_without_masks_is_named(tmp_path: Path) -> None:
    source = make(tmp_path)
    (tmp_path / "n1/masks").rmdir()
    with pytest.raises(ConvoyError, match=r"n1/masks: not a folder$"):
        labels_of(source)


def test_a_lossy_mask_is_named(tmp_path: Path) -> None:
    source = make(tmp_path, LEFT)
    Image.fromarray(LEFT).save(tmp_path / "n1/masks/0.jpg")
    with pytest.raises(
        ConvoyError, match=r"n1/masks/0\.jpg: JPEG changes the values of pixels, which are objects"
    ):
        labels_of(source)


def test_a_png_that_is_called_jpg_is_read(tmp_path: Path) -> None:
    source = make(tmp_path, LEFT)
    (tmp_path / "n1/masks/0.png").rename(tmp_path / "n1/masks/0.jpg")
    assert len(labels_of(source)["masks"]) == 1


def test_it_is_recognised_by_the_folders_of_the_first_image(tmp_path: Path) -> None:
    make(tmp_path, LEFT)
    assert Source.recognise(tmp_path) == {"path": tmp_path}
    assert Source.recognise(tmp_path / "n1") is None
    (tmp_path / "n1/masks/0.png").unlink()
    (tmp_path / "n1/masks").rmdir()
    assert Source.recognise(tmp_path) is None
    assert Source.recognise(tmp_path / "n1/images/n1.png") is None
