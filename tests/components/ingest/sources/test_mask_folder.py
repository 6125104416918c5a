"""Images and masks side by side, with and without folders of splits above them."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from components.core.errors import ConvoyError
from components.core.masks import decode_mask, encode_mask
from components.ingest.ingest import load_source
from components.ingest.sources.mask_folder import Source

MASK = encode_mask(np.arange(6, dtype=np.uint8).reshape(2, 3))


def make(folder: Path, *files: str, **options: Any) -> Source:
    """Writes files, of which those below `masks` hold a mask and others their own path."""
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(MASK if "masks" in file else file.encode())
    return Source(kind="mask_folder", path=folder, **options)


def rows(source: Source) -> list[tuple[str, bool, str | None]]:
    """Path, whether there is a mask, and split of each record."""
    found = []
    for record in source.read():
        mask = record.labels["mask"]
        assert mask in (None, MASK)
        found.append((record.path, mask is not None, record.split))
    return found


def test_images_in_alphabetical_order(tmp_path: Path) -> None:
    source = make(
        tmp_path, "images/b.JPG", "masks/b.png", "images/a.png", "masks/a.png", "images/notes.txt"
    )
    assert rows(source) == [("images/a.png", True, None), ("images/b.JPG", True, None)]
    assert source.missing_splits() == []


def test_folders_below(tmp_path: Path) -> None:
    source = make(tmp_path, "images/rome/a.jpg", "masks/rome/a.png", "images/bonn/a.jpg")
    assert rows(source) == [("images/bonn/a.jpg", False, None), ("images/rome/a.jpg", True, None)]


def test_the_bytes_are_those_of_the_file(tmp_path: Path) -> None:
    (record,) = make(tmp_path, "images/a.jpg", "masks/a.png").read()
    assert record.sample == b"images/a.jpg"


def test_folders_of_splits(tmp_path: Path) -> None:
    files = [
        f"{split}/{kind}/{split}.png"
        for split in ("train", "val", "test")
        for kind in ("images", "masks")
    ]
    source = make(tmp_path, *files)
    assert rows(source) == [
        (f"{split}/images/{split}.png", True, split) for split in ("test", "train", "val")
    ]
    assert source.missing_splits() == []


CAMVID = ("train/images/a.jpg", "train/masks/a.png", "val/images/b.jpg", "val/masks/b.png")


def test_a_split_without_a_folder(tmp_path: Path) -> None:
    assert make(tmp_path, *CAMVID).missing_splits() == ["test"]


def test_validation_images_for_testing(tmp_path: Path) -> None:
    source = make(tmp_path, *CAMVID, test_from="val")
    assert [(path, split) for path, _, split in rows(source)] == [
        ("train/images/a.jpg", "train"),
        ("val/images/b.jpg", "test"),
    ]
    assert source.missing_splits() == ["val"]


@pytest.mark.parametrize(
    "files",
    [
        ("images/a.png", "masks/a.png"),
        ("train/images/a.png", "train/masks/a.png"),
        (*CAMVID, "test/images/c.png", "test/masks/c.png"),
    ],
)
def test_validation_images_that_cannot_be_for_testing(
    tmp_path: Path, files: tuple[str, ...]
) -> None:
    with pytest.raises(ConvoyError, match="test_from needs a folder val and none that is test"):
        rows(make(tmp_path, *files, test_from="val"))


def test_other_names(tmp_path: Path) -> None:
    source = make(
        tmp_path,
        "train/jpg/a.jpg",
        "train/masks_png/a_L.png",
        images="jpg",
        masks="masks_png",
        mask_suffix="_L",
    )
    assert rows(source) == [("train/jpg/a.jpg", True, "train")]


def test_a_missing_mask_is_none(tmp_path: Path) -> None:
    source = make(tmp_path, "images/a.png", "images/b.png", "masks/b.png")
    assert rows(source) == [("images/a.png", False, None), ("images/b.png", True, None)]


def test_colours_become_positions_in_the_table(tmp_path: Path) -> None:
    colours = {"sky": (0, 0, 255), "road": (9, 9, 9), "void": (0, 0, 0)}
    source = make(tmp_path, "images/a.png", "masks/a.png", colours=colours)
    pixels = np.array([[[0, 0, 0], [9, 9, 9], [0, 0, 255]]], np.uint8)
    Image.fromarray(pixels).save(tmp_path / "masks/a.png")
    (record,) = source.read()
    assert decode_mask(record.labels["mask"]).tolist() == [[2, 1, 0]]
    pixels[0, 1] = 8
    Image.fromarray(pixels).save(tmp_path / "masks/a.png")
    with pytest.raises(
        ConvoyError, match=r"masks/a\.png: the colour \(8, 8, 8\) of pixel \(1, 0\)"
    ):
        list(source.read())


def test_palette_indices_are_classes(tmp_path: Path) -> None:
    source = make(tmp_path, "images/a.png", "masks/a.png")
    with Image.open(io.BytesIO(MASK)) as image:
        image.convert("P").save(tmp_path / "masks/a.png")
    (record,) = source.read()
    np.testing.assert_array_equal(decode_mask(record.labels["mask"]), decode_mask(MASK))


def test_a_mask_without_an_image(tmp_path: Path) -> None:
    source = make(tmp_path, "train/images/a.png", "train/masks/a.png", "train/masks/b.png")
    with pytest.raises(ConvoyError, match=r"train/masks/b\.png: no image of this name in .*images"):
        rows(source)


@pytest.mark.parametrize("kind", ["images", "masks"])
def test_a_folder_that_is_not_there(tmp_path: Path, kind: str) -> None:
    source = make(tmp_path, f"train/{kind}/a.png")
    with pytest.raises(ConvoyError, match=r"train/(images|masks): not a folder"):
        rows(source)


def test_an_unknown_split(tmp_path: Path) -> None:
    with pytest.raises(ConvoyError, match=r"valid: not a split; .* train, val, test"):
        rows(make(tmp_path, *CAMVID, "valid/images/c.png"))


@pytest.mark.parametrize(
    ("colours", "fault"),
    [
        ({"sky": (0, 0, 256), "road": (1, 1, 1)}, r"source\.colours\.sky\.2: .*less than or equal"),
        ({"sky": (0, 0), "road": (1, 1, 1)}, r"source\.colours\.sky\.2: Field required"),
        ({"sky": (0, 0, 0)}, r"source\.colours: .*at least 2 items"),
        (
            {"sky": (1, 1, 1), "road": (2, 2, 2), "car": (1, 1, 1)},
            r"source\.colours: .*sky and car have the same colour \(1, 1, 1\)",
        ),
    ],
)
def test_wrong_tables_of_colours(tmp_path: Path, colours: dict[str, Any], fault: str) -> None:
    values = {"kind": "mask_folder", "path": tmp_path, "colours": colours}
    with pytest.raises(ConvoyError, match=fault):
        load_source(values, "source")


def test_camvid(real_data: Path) -> None:
    source = Source(kind="mask_folder", path=real_data / "camvid", test_from="val")
    splits = {"train": 0, "test": 0}
    values: set[int] = set()
    for record in source.read():
        splits[str(record.split)] += 1
        indices = decode_mask(record.labels["mask"])
        assert indices.shape == (360, 480)
        values.update(np.unique(indices).tolist())
    assert splits == {"train": 367, "test": 101}
    assert values == set(range(12))
