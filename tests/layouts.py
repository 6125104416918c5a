"""Tiny data of one's own in every layout that a source reads, a writer a layout.

A writer fills a folder and gives the keys of the block `source` that go with it.
"""

import gzip
import json
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from components.core.facial_points import COLUMNS, KEYPOINTS
from components.core.table import SPLITS
from components.ingest.sources.faces.render import render
from components.ingest.sources.pts_landmarks import LANDMARKS, MEANS
from components.ingest.sources.sentences.grammar import compose

Writer = Callable[[Path], Mapping[str, Any]]

FACES = 20
SCENES = {"train": 8, "val": 4, "test": 4}
SCENE = (48, 64)
PHOTO = (48, 56)
PEOPLE = {"train": 8, "val": 8, "test": 8}


def draw_class(index: int, size: tuple[int, int], channels: int, seed: int) -> np.ndarray:
    """Noise with a bright bar, whose place tells the class."""
    rng = np.random.default_rng((index, seed))
    pixels = rng.integers(0, 90, (*size, channels), np.uint8)
    begin = index * size[0] // 10
    pixels[begin : begin + size[0] // 8] += 150
    return pixels.squeeze()


def draw_classes(
    classes: Sequence[str], size: tuple[int, int], channels: int, each: Mapping[str, int]
) -> Iterator[tuple[str, str, str, np.ndarray]]:
    """Split, class, name and pixels of some images, as many a class and split as told."""
    for split, count in each.items():
        for index, name in enumerate(classes):
            for number in range(count):
                seed = 100 * SPLITS.index(split) + number
                yield split, name, f"{number}.png", draw_class(index, size, channels, seed)


def save(pixels: np.ndarray, file: Path) -> None:
    """Writes an image, and the folders above it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(file)


def as_folders(
    folder: Path, classes: Sequence[str], size: tuple[int, int], channels: int
) -> Mapping[str, Any]:
    """Writes the layout of `image_folder`, with splits."""
    each = {"train": 4, "val": 1, "test": 2}
    for split, name, file, pixels in draw_classes(classes, size, channels, each):
        save(pixels, folder / split / name / file)
    return {"path": str(folder)}


def as_csv(
    folder: Path, classes: Sequence[str], size: tuple[int, int], channels: int
) -> Mapping[str, Any]:
    """Writes the layout of `csv_labels`, with a column of splits."""
    rows = ["path,label,split"]
    each = {"train": 4, "val": 1, "test": 2}
    for split, name, file, pixels in draw_classes(classes, size, channels, each):
        path = f"images/{split}-{name}-{file}"
        save(pixels, folder / path)
        rows.append(f"{path},{name},{split}")
    (folder / "labels.csv").write_text("\n".join(rows) + "\n")
    return {"path": str(folder / "labels.csv")}


def as_idx(folder: Path) -> Mapping[str, Any]:
    """Writes the layout of `mnist_idx`; validation images are carved out."""
    digits = [str(digit) for digit in range(10)]
    for name, split, count in (("train", "train", 10), ("t10k", "test", 2)):
        drawn = list(draw_classes(digits, (28, 28), 1, {split: count}))
        images = b"".join(pixels.tobytes() for *_, pixels in drawn)
        labels = bytes(int(label) for _, label, _, _ in drawn)
        header = struct.pack(">4I", 0x803, len(drawn), 28, 28)
        (folder / f"{name}-images-idx3-ubyte").write_bytes(header + images)
        packed = gzip.compress(struct.pack(">2I", 0x801, len(drawn)) + labels)
        (folder / f"{name}-labels-idx1-ubyte.gz").write_bytes(packed)
    return {"path": str(folder)}


def draw_faces() -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pixels of 96x96 faces and their 15 points, `[15, 2]`."""
    for number in range(FACES):
        face = render(np.random.default_rng((7, number)))
        yield face.image, face.points


def as_kaggle(folder: Path) -> Mapping[str, Any]:
    """Writes the layout of `kaggle_keypoints`."""
    rows = [",".join((*COLUMNS, "Image"))]
    for image, points in draw_faces():
        pixels = " ".join(map(str, image.ravel().tolist()))
        rows.append(",".join([*(f"{value:.3f}" for value in points.ravel()), pixels]))
    (folder / "training.csv").write_text("\n".join(rows) + "\n")
    return {"path": str(folder / "training.csv")}


def as_landmarks(folder: Path) -> Mapping[str, Any]:
    """Writes the layout of `pts_landmarks`; other points are in the middle of the face."""
    for number, (image, points) in enumerate(draw_faces()):
        save(image, folder / f"{number}.jpg")
        landmarks = np.full((LANDMARKS, 2), points.mean(axis=0))
        for point, indices in zip(points, MEANS, strict=True):
            landmarks[list(indices)] = point
        for point, indices in zip(points, MEANS, strict=True):
            if len(indices) == 1:  # corners of eyes are among the six that make a centre
                landmarks[indices[0]] = point
        lines = [f"{x + 1:.3f} {y + 1:.3f}" for x, y in landmarks]
        text = "\n".join(["version: 1", f"n_points: {LANDMARKS}", "{", *lines, "}"])
        (folder / f"{number}.pts").write_text(text + "\n")
    return {"path": str(folder)}


def write_coco(
    folder: Path,
    images: Sequence[np.ndarray],
    categories: Sequence[Mapping[str, Any]],
    annotations: Sequence[Mapping[str, Any]],
) -> Mapping[str, Any]:
    """Writes images and a JSON file in COCO's format."""
    entries = []
    for number, pixels in enumerate(images):
        save(pixels, folder / f"{number}.png")
        height, width = pixels.shape[:2]
        entries.append({"id": number, "file_name": f"{number}.png"})
        entries[-1] |= {"width": width, "height": height}
    numbered = [{"id": number, **each} for number, each in enumerate(annotations)]
    content = {"images": entries, "categories": categories, "annotations": numbered}
    (folder / "labels.json").write_text(json.dumps(content))
    return {"path": str(folder), "annotations": "labels.json"}


def as_coco_keypoints(folder: Path) -> Mapping[str, Any]:
    """Writes the layout of `coco_keypoints`: a face an image, whose box is all of it."""
    faces = list(draw_faces())
    annotations = [
        {
            "image_id": number,
            "category_id": 1,
            "bbox": [0, 0, image.shape[1], image.shape[0]],
            "keypoints": np.insert(points, 2, 2, axis=1).ravel().tolist(),
        }
        for number, (image, points) in enumerate(faces)
    ]
    category = {"id": 1, "name": "face", "keypoints": list(KEYPOINTS)}
    return write_coco(folder, [image for image, _ in faces], [category], annotations)


def as_coco_labels(folder: Path) -> Mapping[str, Any]:
    """Writes the layout of `coco_labels`: every second image has a person in a fifth of it."""
    height, width = PHOTO
    images = [draw_class(number % 2, PHOTO, 3, number) for number in range(60)]
    box = [0, 0, width, height // 5]
    annotations = [
        {"image_id": number, "category_id": 1, "area": box[2] * box[3], "bbox": box}
        for number in range(1, len(images), 2)
    ]
    return write_coco(folder, images, [{"id": 1, "name": "person"}], annotations)


def draw_scene(classes: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Pixels and class indices: a stripe a class."""
    height, width = SCENE
    mask = np.repeat(np.arange(width) * classes // width, height).reshape(width, height).T
    noise = np.random.default_rng(seed).integers(0, 40, (height, width, 3))
    return (noise + 30 * mask[..., np.newaxis]).astype(np.uint8), mask.astype(np.uint8)


def as_masks(folder: Path, classes: Sequence[str]) -> Mapping[str, Any]:
    """Writes the layout of `mask_folder`, with splits."""
    for split, count in SCENES.items():
        for number in range(count):
            image, mask = draw_scene(len(classes), 100 * SPLITS.index(split) + number)
            save(image, folder / split / "images" / f"{number}.jpg")
            save(mask, folder / split / "masks" / f"{number}.png")
    return {"path": str(folder)}


def as_coco_masks(folder: Path, classes: Sequence[str]) -> Mapping[str, Any]:
    """Writes the layout of `coco_segmentation`: a rectangle a class."""
    height = SCENE[0]
    images = [draw_scene(len(classes), number)[0] for number in range(20)]
    _, mask = draw_scene(len(classes), 0)
    annotations = []
    for image in range(len(images)):
        for index in range(len(classes)):
            left, right = np.flatnonzero(mask[0] == index)[[0, -1]] + (0, 1)
            outline = [[left, 0, right, 0, right, height, left, height]]
            polygons = [[float(value) for value in each] for each in outline]
            annotations.append(
                {"image_id": image, "category_id": index + 1, "segmentation": polygons}
            )
    categories = [{"id": index + 1, "name": name} for index, name in enumerate(classes)]
    return {**write_coco(folder, images, categories, annotations), "classes": list(classes)}


def draw_boxes(number: int) -> tuple[np.ndarray, list[tuple[str, list[int]]]]:
    """Pixels with a bright and a dark rectangle, and what each is and its edges."""
    height, width = PHOTO
    rng = np.random.default_rng(number)
    pixels = rng.integers(90, 130, (height, width, 3), np.uint8)
    boxes = []
    for left, (name, value) in zip((0, width // 2), (("car", 30), ("person", 230)), strict=True):
        x, y = left + int(rng.integers(2, 8)), int(rng.integers(2, 16))
        pixels[y : y + 20, x : x + 14] = value
        boxes.append((name, [x, y, x + 14, y + 20]))
    return pixels, boxes


BOXED = 20
KINDS = ("car", "person")


def as_voc(folder: Path) -> Mapping[str, Any]:
    """Writes the layout of `pascal_voc`; the last image has no box."""
    for number in range(BOXED):
        pixels, boxes = draw_boxes(number)
        save(pixels, folder / "JPEGImages" / f"{number:02}.png")
        objects = [
            f"<object><name>{name}</name><bndbox>"
            + "".join(
                f"<{side}>{edge}</{side}>"
                for side, edge in zip(("xmin", "ymin", "xmax", "ymax"), edges, strict=True)
            )
            + "</bndbox></object>"
            for name, edges in boxes[: 2 if number < BOXED - 1 else 0]
        ]
        size = f"<size><width>{PHOTO[1]}</width><height>{PHOTO[0]}</height></size>"
        name = f"<filename>{number:02}.png</filename>"
        (folder / "Annotations").mkdir(exist_ok=True)
        file = folder / "Annotations" / f"{number:02}.xml"
        file.write_text(f"<annotation>{name}{size}{''.join(objects)}</annotation>")
    return {"path": str(folder)}


def as_coco_boxes(folder: Path, names: Sequence[str] = KINDS) -> Mapping[str, Any]:
    """Writes the layout of `coco_boxes`; category ids have gaps."""
    drawn = [draw_boxes(number) for number in range(BOXED)]
    ids = {name: 3 + 14 * at for at, name in enumerate(names)}
    annotations = [
        {
            "image_id": number,
            "category_id": ids[names[KINDS.index(name)]],
            "bbox": [x0, y0, x1 - x0, y1 - y0],
            "iscrowd": 0,
        }
        for number, (_, boxes) in enumerate(drawn)
        for name, (x0, y0, x1, y1) in boxes
    ]
    categories = [{"id": number, "name": name} for name, number in ids.items()]
    return write_coco(folder, [pixels for pixels, _ in drawn], categories, annotations)


def as_yolo(folder: Path) -> Mapping[str, Any]:
    """Writes the layout of `yolo_boxes`, with splits for training and validation."""
    height, width = PHOTO
    for number in range(BOXED):
        pixels, boxes = draw_boxes(number)
        split = "train" if number < BOXED - 4 else "val"
        save(pixels, folder / "images" / split / f"{number}.png")
        lines = [
            f"{KINDS.index(name)} {(x0 + x1) / 2 / width:.6f} {(y0 + y1) / 2 / height:.6f} "
            f"{(x1 - x0) / width:.6f} {(y1 - y0) / height:.6f}\n"
            for name, (x0, y0, x1, y1) in boxes
        ]
        (folder / "labels" / split).mkdir(parents=True, exist_ok=True)
        (folder / "labels" / split / f"{number}.txt").write_text("".join(lines))
    names = f"train: images/train\nval: images/val\nnames: {list(KINDS)}\n"
    (folder / "data.yaml").write_text(names)
    return {"path": str(folder)}


def as_csv_boxes(folder: Path) -> Mapping[str, Any]:
    """Writes the layout of `csv_boxes`, with a column of splits."""
    rows = ["image,xmin,ymin,xmax,ymax,label,split"]
    for number in range(BOXED):
        pixels, boxes = draw_boxes(number)
        save(pixels, folder / f"{number}.png")
        split = SPLITS[max(0, number - BOXED + 5) // 2]
        rows += [
            f"{number}.png,{','.join(map(str, edges))},{name},{split}" for name, edges in boxes
        ]
    (folder / "boxes.csv").write_text("\n".join(rows) + "\n")
    return {"path": str(folder / "boxes.csv")}


def draw_objects(number: int) -> tuple[np.ndarray, list[np.ndarray]]:
    """Pixels with two bright discs that lie apart, and the mask of each, bool."""
    height, width = PHOTO
    rng = np.random.default_rng(number)
    pixels = rng.integers(40, 90, (height, width, 3), np.uint8)
    y, x = np.ogrid[:height, :width]
    masks = []
    for left in (0, width // 2):
        middle, radius = (left + 14, int(rng.integers(12, height - 12))), int(rng.integers(6, 11))
        masks.append((x - middle[0]) ** 2 + (y - middle[1]) ** 2 <= radius**2)
        pixels[masks[-1]] += 120
    return pixels, masks


def as_coco_instances(folder: Path, names: Sequence[str] = KINDS) -> Mapping[str, Any]:
    """Writes the layout of `coco_instances`: a box and an outline each; category ids have gaps."""
    drawn = [draw_boxes(number) for number in range(BOXED)]
    ids = {name: 3 + 14 * at for at, name in enumerate(names)}
    annotations = [
        {
            "image_id": number,
            "category_id": ids[names[KINDS.index(name)]],
            "bbox": [x0, y0, x1 - x0, y1 - y0],
            "segmentation": [[x0, y0, x1, y0, x1, y1, x0, y1]],
            "iscrowd": 0,
        }
        for number, (_, boxes) in enumerate(drawn)
        for name, (x0, y0, x1, y1) in boxes
    ]
    categories = [{"id": number, "name": name} for name, number in ids.items()]
    return write_coco(folder, [pixels for pixels, _ in drawn], categories, annotations)


def as_ids(folder: Path) -> Mapping[str, Any]:
    """Writes the layout of `instance_ids`, as Penn-Fudan's; ids have gaps."""
    for number in range(BOXED):
        pixels, masks = draw_objects(number)
        ids = sum((2 * at + 1) * mask for at, mask in enumerate(masks))
        save(pixels, folder / "PNGImages" / f"{number}.png")
        save(np.asarray(ids, np.uint8), folder / "PedMasks" / f"{number}_mask.png")
    names = {"images": "PNGImages", "masks": "PedMasks", "mask_suffix": "_mask"}
    return {"path": str(folder), **names, "label": "person"}


def as_object_masks(folder: Path) -> Mapping[str, Any]:
    """Writes the layout of `instance_masks`: a folder an image, a file an object."""
    for number in range(BOXED):
        pixels, masks = draw_objects(number)
        save(pixels, folder / f"n{number}" / "images" / f"n{number}.png")
        for at, mask in enumerate(masks):
            save(255 * mask.astype(np.uint8), folder / f"n{number}" / "masks" / f"{at}.png")
    return {"path": str(folder)}


def as_via(folder: Path) -> Mapping[str, Any]:
    """Writes the layout of `via_polygons`: a polygon and a circle an image, with a class each."""
    entries = {}
    for number in range(BOXED):
        pixels, boxes = draw_boxes(number)
        save(pixels, folder / f"{number}.png")
        regions = []
        for name, (x0, y0, x1, y1) in boxes:
            corners = {"all_points_x": [x0, x1, x1, x0], "all_points_y": [y0, y0, y1, y1]}
            shape = {"name": "polygon", **corners}
            if name == KINDS[0]:
                shape = {"name": "circle", "cx": (x0 + x1) / 2, "cy": (y0 + y1) / 2, "r": 7}
            regions.append({"shape_attributes": shape, "region_attributes": {"kind": name}})
        entry = {"filename": f"{number}.png", "size": -1, "file_attributes": {}}
        entries[f"{number}.png-1"] = {**entry, "regions": regions}
    (folder / "via_region_data.json").write_text(json.dumps(entries))
    return {"path": str(folder), "annotations": "via_region_data.json", "attribute": "kind"}


def compose_texts(classes: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Split, class and text of some sentences, none of them twice."""
    for split, count in {"train": 12, "val": 4, "test": 4}.items():
        for index, name in enumerate(classes):
            for number in range(count):
                rng = np.random.default_rng((index, SPLITS.index(split), number))
                yield split, name, f"{number} : {compose(rng, bool(index))}"


def as_text_folders(folder: Path, classes: Sequence[str]) -> Mapping[str, Any]:
    """Writes the layout of `text_folder`, with splits."""
    for number, (split, name, text) in enumerate(compose_texts(classes)):
        file = folder / split / name / f"{number}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{text}\n")
    return {"path": str(folder)}


def as_text_table(folder: Path, classes: Sequence[str]) -> Mapping[str, Any]:
    """Writes the layout of `text_table`: JSON lines with splits."""
    rows = [
        {"text": text, "label": name, "split": split}
        for split, name, text in compose_texts(classes)
    ]
    (folder / "texts.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return {"path": str(folder / "texts.jsonl")}


def as_text_lines(folder: Path, classes: Sequence[str]) -> Mapping[str, Any]:
    """Writes the layout of `text_lines`, without splits."""
    for name in classes:
        lines = [text for _, each, text in compose_texts(classes) if each == name]
        (folder / f"sentences.{name}").write_text("\n".join(lines) + "\n")
    return {"path": str(folder)}


def as_people(folder: Path) -> Mapping[str, Any]:
    """Writes the layout of `identity_folder`: two photos of each of thirty people."""
    for person in range(30):
        for number in range(2):
            save(draw_class(person, (64, 64), 1, number), folder / f"p{person}" / f"{number}.jpg")
    return {"path": str(folder)}


def as_pairs(folder: Path) -> Mapping[str, Any]:
    """Writes the layout of `identity_pairs`: of thirty people, two are tested on."""
    for person in range(30):
        for number in range(1, 4):
            pixels = draw_class(person, (64, 64), 1, number)
            save(pixels, folder / f"p{person}" / f"p{person}_{number:04}.jpg")
    (folder / "pairs.txt").write_text("2\np0\t1\t2\np1\t2\t3\np0\t1\tp1\t1\np1\t3\tp0\t3\n")
    return {"path": str(folder / "pairs.txt")}


def layouts_of(name: str, block: Mapping[str, Any]) -> Mapping[str, Writer]:
    """The layouts that can be meant for a task of `params.yaml`, each with its writer."""
    classes = block["checks"].get("classes", ())
    layouts: Mapping[str, Mapping[str, Writer]] = {
        "keypoints": {
            "kaggle_keypoints": as_kaggle,
            "pts_landmarks": as_landmarks,
            "coco_keypoints": as_coco_keypoints,
        },
        "segmentation": {
            "mask_folder": partial(as_masks, classes=classes),
            "coco_segmentation": partial(as_coco_masks, classes=classes),
        },
        "detection": {
            "pascal_voc": as_voc,
            "coco_boxes": as_coco_boxes,
            "yolo_boxes": as_yolo,
            "csv_boxes": as_csv_boxes,
        },
        "instances": {
            "coco_instances": as_coco_instances,
            "instance_ids": as_ids,
            "instance_masks": as_object_masks,
            "via_polygons": as_via,
        },
        "faces": {"identity_folder": as_people, "identity_pairs": as_pairs},
        "sentiment": {
            "text_folder": partial(as_text_folders, classes=classes),
            "text_table": partial(as_text_table, classes=classes),
            "text_lines": partial(as_text_lines, classes=classes),
        },
    }
    return layouts[name] if name in layouts else class_layouts(name, classes)


def class_layouts(name: str, classes: Sequence[str]) -> Mapping[str, Writer]:
    """The layouts that can be meant for a task that gives images a class."""
    size, channels = ((28, 28), 1) if name == "digits" else (PHOTO, 3)
    some = {"classes": classes, "size": size, "channels": channels}
    own = {"digits": {"mnist_idx": as_idx}, "person": {"coco_labels": as_coco_labels}}
    return {
        "image_folder": partial(as_folders, **some),
        "csv_labels": partial(as_csv, **some),
        **own.get(name, {}),
    }
