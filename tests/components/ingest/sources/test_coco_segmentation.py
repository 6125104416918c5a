"""Objects in COCO's instances format as they should be and as they should not."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from components.core.errors import ConvoyError
from components.core.faults import FaultsError
from components.core.masks import VOID, decode_mask
from components.ingest.ingest import load_source
from components.ingest.sources.coco_segmentation import Source
from tests.turned import encode_turned

HEIGHT, WIDTH = 6, 8
CLASSES = ("background", "car", "person")
PERSON, CAR, DOG = 1, 3, 5


def box(left: int, top: int, right: int, bottom: int) -> list[float]:
    """A polygon around whole pixels, from edge to edge."""
    return [left, top, right, top, right, bottom, left, bottom]


def thing(category: int = CAR, *boxes: list[float], **fields: Any) -> dict[str, Any]:
    polygons = list(boxes) or [box(2, 1, 5, 4)]
    return {"id": 7, "image_id": 3, "category_id": category, "segmentation": polygons} | fields


def content(*things: dict[str, Any]) -> dict[str, Any]:
    return {
        "images": [{"id": 3, "file_name": "a.png", "width": WIDTH, "height": HEIGHT}],
        "categories": [
            {"id": PERSON, "name": "person"},
            {"id": CAR, "name": "car"},
            {"id": DOG, "name": "dog"},
        ],
        "annotations": [
            each | {"id": each["id"] + at} if at else each for at, each in enumerate(things)
        ],
    }


def make(folder: Path, written: Any, **options: Any) -> Source:
    (folder / "val2017").mkdir()
    Image.new("RGB", (WIDTH, HEIGHT)).save(folder / "val2017/a.png")
    (folder / "instances.json").write_text(json.dumps(written))
    options = {"classes": CLASSES, "background": "background", "images": "val2017"} | options
    return Source(kind="coco_segmentation", path=folder, annotations="instances.json", **options)


def draw(folder: Path, *things: dict[str, Any], **options: Any) -> np.ndarray:
    (record,) = make(folder, content(*things), **options).read()
    return decode_mask(record.labels["mask"])


def expected(*regions: tuple[int, slice, slice], uncovered: int = 0) -> np.ndarray:
    indices = np.full((HEIGHT, WIDTH), uncovered)
    for value, rows, columns in regions:
        indices[rows, columns] = value
    return indices


def test_a_polygon(tmp_path: Path) -> None:
    found = draw(tmp_path, thing())
    np.testing.assert_array_equal(found, expected((1, slice(1, 4), slice(2, 5))))


def test_the_record(tmp_path: Path) -> None:
    (record,) = make(tmp_path, content()).read()
    assert record.path == "val2017/a.png"
    assert record.sample == (tmp_path / "val2017/a.png").read_bytes()
    assert record.split is None


def test_several_polygons_are_one_object(tmp_path: Path) -> None:
    found = draw(tmp_path, thing(PERSON, box(0, 0, 2, 2), box(6, 4, 9, 7)))
    parts = (2, slice(0, 2), slice(0, 2)), (2, slice(4, 6), slice(6, 8))
    np.testing.assert_array_equal(found, expected(*parts))


def test_pixels_of_no_object_and_of_other_categories_are_background_or_void(
    tmp_path: Path,
) -> None:
    for background, value in (("background", 0), (None, VOID)):
        folder = tmp_path / str(background)
        folder.mkdir()
        classes = CLASSES if background else CLASSES[1:]
        found = draw(folder, thing(DOG), classes=classes, background=background)
        np.testing.assert_array_equal(found, expected(uncovered=value))


def test_indices_are_positions_in_classes(tmp_path: Path) -> None:
    found = draw(tmp_path, thing(DOG), classes=("dog", "car"), background=None)
    np.testing.assert_array_equal(found, expected((0, slice(1, 4), slice(2, 5)), uncovered=VOID))


@pytest.mark.parametrize("reverse", [False, True])
def test_small_objects_are_drawn_over_large_ones(tmp_path: Path, reverse: bool) -> None:
    things = [thing(PERSON, box(1, 1, 3, 3)), thing(CAR, box(0, 0, 6, 5))]
    found = draw(tmp_path, *(reversed(things) if reverse else things))
    np.testing.assert_array_equal(
        found, expected((1, slice(0, 5), slice(0, 6)), (2, slice(1, 3), slice(1, 3)))
    )


@pytest.mark.parametrize("order", [(PERSON, CAR), (CAR, PERSON)])
def test_of_two_of_the_same_size_the_later_one_is_seen(
    tmp_path: Path, order: tuple[int, int]
) -> None:
    found = draw(tmp_path, *map(thing, order))
    assert found[2, 3] == {CAR: 1, PERSON: 2}[order[-1]]


def test_crowds_are_void(tmp_path: Path) -> None:
    runs = {"size": [HEIGHT, WIDTH], "counts": [0, 2 * HEIGHT, (WIDTH - 2) * HEIGHT]}
    crowd = thing(PERSON, segmentation=runs, iscrowd=1)
    other = thing(DOG, segmentation=runs, iscrowd=1)
    found = draw(tmp_path, crowd, thing(PERSON, box(1, 2, 4, 3)), other)
    np.testing.assert_array_equal(
        found, expected((VOID, slice(None), slice(0, 2)), (2, slice(2, 3), slice(1, 4)))
    )


def test_images_in_their_order_with_and_without_objects(tmp_path: Path) -> None:
    written = content(thing())
    written["images"].insert(0, written["images"][0] | {"id": 9, "file_name": "b.png"})
    source = make(tmp_path, written)
    (tmp_path / "val2017/b.png").write_bytes(b"b")
    records = list(source.read())
    assert [record.path for record in records] == ["val2017/b.png", "val2017/a.png"]
    assert [decode_mask(record.labels["mask"]).max() for record in records] == [0, 1]


SIZE = [HEIGHT, WIDTH]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"image_id": 4}, "annotation 7: no image has the id 4"),
        ({"category_id": 4}, "annotation 7: no category has the id 4"),
        ({"segmentation": []}, "annotation 7: segmentation is empty"),
        ({"segmentation": [[1, 1, 5, 1, 5]]}, "annotation 7: a polygon of 5 values; must be 6, 8"),
        ({"segmentation": [[1, 1, 5, 1]]}, "annotation 7: a polygon of 4 values; must be 6, 8"),
        (
            {"segmentation": [[1, 1, 5, 1, 5, 1e12]]},
            r"annotation 7: the point \(5\.0, 1000000000000\.0\) is far outside of the image",
        ),
        ({"segmentation": [[1, 1, 5, 1, 5, "x"]]}, r"entry\.annotations\.0\.segmentation"),
        ({"segmentation": [[1, 1, 5, 1, 5, float("nan")]]}, r"entry\.annotations\.0\.segmentation"),
        (
            {"segmentation": {"size": [8, 6], "counts": [48]}},
            r"annotation 7: size is \[8, 6\]; that of the image is \[6, 8\]",
        ),
        *(
            (
                {"segmentation": {"size": SIZE, "counts": counts}},
                "annotation 7: counts are broken or do not sum to 48 pixels",
            )
            for counts in ([], "", [47], [40, 9], "733", "zzz", "\x01\x02", "é", "o" * 99)
        ),
        ({"segmentation": {"size": SIZE, "counts": [-1, 49]}}, r"entry\.annotations\.0\.segm"),
        ({"id": None}, r"instances\.json: entry\.annotations\.0\.id"),
    ],
)
def test_wrong_annotations(tmp_path: Path, change: dict[str, Any], fault: str) -> None:
    with pytest.raises(ConvoyError, match=fault):
        draw(tmp_path, thing(**change))


def test_all_wrong_outlines_are_named_at_once(tmp_path: Path) -> None:
    wrong = [thing(segmentation=[]), thing(), thing(segmentation=[[1, 1, 5, 1]])]
    written = content(*wrong, thing(image_id=5), thing(9), thing(DOG, segmentation=[]))
    with pytest.raises(FaultsError) as error:
        next(make(tmp_path, written).read())
    assert [fault.split(": ", 1)[1] for fault in error.value.faults] == [
        "annotation 10: no image has the id 5",
        "annotation 11: no category has the id 9",
        "annotation 7: segmentation is empty",
        "annotation 9: a polygon of 4 values; must be 6, 8, 10, …",
    ]


def test_an_id_that_two_images_have_draws_nothing(tmp_path: Path) -> None:
    written = content(thing())
    written["images"].append(written["images"][0] | {"file_name": "b.png"})
    with pytest.raises(ConvoyError, match="images: the id 3 occurs 2 times; it must be unique"):
        next(make(tmp_path, written).read())


def test_a_class_that_is_no_category(tmp_path: Path) -> None:
    with pytest.raises(
        ConvoyError, match=r"instances\.json: no category bus, cat; there are car, dog, person"
    ):
        draw(tmp_path, classes=("background", "cat", "bus", "dog"))


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"classes": ("car", "car")}, "source: .*a name of its own"),
        ({"background": "sky"}, "source: .*background is 'sky', which is not in classes"),
    ],
)
def test_wrong_options(tmp_path: Path, options: dict[str, Any], fault: str) -> None:
    block = {"annotations": "a.json", "classes": CLASSES} | options
    values = {"kind": "coco_segmentation", "path": tmp_path, **block}
    with pytest.raises(ConvoyError, match=fault):
        load_source(values, "source")


def test_a_file_of_another_kind(tmp_path: Path) -> None:
    with pytest.raises(ConvoyError, match=r"instances\.json: entry\.images: Field required"):
        list(make(tmp_path, {"annotations": [], "categories": []}).read())


def test_an_image_without_a_size(tmp_path: Path) -> None:
    written = content()
    del written["images"][0]["width"]
    with pytest.raises(ConvoyError, match=r"instances\.json: entry\.images\.0\.width"):
        list(make(tmp_path, written).read())


def test_a_file_that_is_not_json(tmp_path: Path) -> None:
    source = make(tmp_path, content())
    (tmp_path / "instances.json").write_bytes(b'{"images": [')
    with pytest.raises(ConvoyError, match=r"instances\.json: entry: Invalid JSON"):
        list(source.read())


def test_an_absent_file(tmp_path: Path) -> None:
    source = make(tmp_path, content())
    (tmp_path / "instances.json").unlink()
    with pytest.raises(ConvoyError, match=r"instances\.json: cannot be read: No such file"):
        list(source.read())


def test_an_absent_image(tmp_path: Path) -> None:
    source = make(tmp_path, content())
    (tmp_path / "val2017/a.png").unlink()
    with pytest.raises(ConvoyError, match=r"val2017/a\.png: cannot be read: No such file"):
        list(source.read())


def test_a_mask_larger_than_any_image_is_not_drawn(tmp_path: Path) -> None:
    written = content(thing())
    written["images"][0] |= {"width": 10**6, "height": 10**6}
    with pytest.raises(ConvoyError, match=r"image 3: 1000000x1000000 is more than 89,478,485 pix"):
        list(make(tmp_path, written).read())


def test_a_size_that_is_not_that_of_the_upright_picture_is_named(tmp_path: Path) -> None:
    source = make(tmp_path, content(thing()))
    (tmp_path / "val2017/a.png").write_bytes(encode_turned(np.zeros((8, 6, 3), np.uint8), 6))
    with pytest.raises(
        FaultsError, match="image 3: width and height are 8 and 6, of its picture 6"
    ):
        list(source.read())
    (tmp_path / "val2017/a.png").write_bytes(encode_turned(np.zeros((6, 8, 3), np.uint8), 6))
    assert len(list(source.read())) == 1
