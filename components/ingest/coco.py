"""JSON files in COCO's format, checked as they are read: https://cocodataset.org/#format-data."""

import json
import os
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from posixpath import normpath
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, PositiveInt, ValidationError
from pydantic_core import from_json

from components.core.block import list_errors
from components.core.errors import ConvoyError
from components.core.faults import FaultsError, find_repeated
from components.core.reading import read_regular

ANNOTATIONS = "annotations"
"""The folder of COCO's distribution that holds the JSON files."""


class Picture(BaseModel):
    """An entry of `images`."""

    id: int
    file_name: str


class SizedPicture(Picture):
    """An entry of `images`; width and height in pixels."""

    width: PositiveInt
    height: PositiveInt


class Category(BaseModel):
    """An entry of `categories`."""

    id: int


class NamedCategory(Category):
    """An entry of `categories` that goes by its name."""

    name: str


class Annotation(BaseModel):
    """An entry of `annotations`.

    Attributes:
        id: Its number.
        image_id: The number of its image.
        category_id: The number of its category.
    """

    id: int
    image_id: int
    category_id: int


P = TypeVar("P", bound=Picture)
C = TypeVar("C", bound=Category)
A = TypeVar("A", bound=Annotation)
Read = TypeVar("Read", bound="Content[Any, Any, Any]")


class Content(BaseModel, Generic[P, C, A]):
    """What is read of a file; other keys are left out.

    Attributes:
        images: The images.
        categories: The categories.
        annotations: The objects in the images.
    """

    images: list[P]
    categories: list[C]
    annotations: list[A]


def read_content(file: Path, content: type[Read], check: Callable[[Read], Iterable[str]]) -> Read:
    """Reads a file and checks all of it.

    Args:
        file: The JSON file.
        content: Of which entries it consists.
        check: What else is wrong with them, a line a fault; it must not take for granted that
            what annotations refer to is there.

    Raises:
        FaultsError: Naming each entry that is wrong, each id, file and name that occurs more
            than once, each key that an object has twice, and each annotation of an image that
            is not in the file.
        ConvoyError: When the file cannot be read.
    """
    try:
        data = read_regular(file)
    except OSError as error:
        raise ConvoyError(f"{file}: cannot be read: {error.strerror}") from None
    read, faults = _parse(data, content, f"{file}: entry")
    faults += find_repeated_keys(file, data)
    if read is not None:
        images = {picture.id for picture in read.images}
        faults += find_ambiguous(file, read)
        faults += find_dangling(file, read.annotations, "image", images)
        faults += check(read)
    if read is None or faults:
        raise FaultsError(str(file), faults)
    return read


def _parse(data: bytes, content: type[Read], prefix: str) -> tuple[Read | None, list[str]]:
    """The entries, and what is wrong with them.

    Where only annotations are wrong, the others are given, so that they are checked, too.
    """
    try:
        return content.model_validate_json(data), []
    except ValidationError as error:
        faults = list_errors(error, prefix)
        places = {item["loc"][:2] for item in error.errors()}
    if not all(len(place) == 2 and place[0] == "annotations" for place in places):
        return None, faults
    raw = from_json(data)
    sound = [
        entry
        for number, entry in enumerate(raw["annotations"])
        if ("annotations", number) not in places
    ]
    return content.model_validate({**raw, "annotations": sound}), faults


def find_repeated_keys(file: Path, data: bytes) -> list[str]:
    """A fault for each key that an object has more than once; parsers take any one of them.

    None is found in what is no JSON; whoever reads it says why.
    """
    faults: list[str] = []

    def check(pairs: Sequence[tuple[str, Any]]) -> None:
        keys = [key for key, _ in pairs]
        if len({*keys}) < len(keys):
            number = dict(pairs).get("id")
            place = "an object" if number is None else f"the object with the id {number}"
            faults.extend(find_repeated(f"{file}: {place}", "key", keys))

    with suppress(ValueError, RecursionError):
        json.loads(data, object_pairs_hook=check)
    return faults


def find_ambiguous(file: Path, content: Content[Any, Any, Any]) -> list[str]:
    """A fault for each id, file and name of a category that occurs more than once.

    They tell which annotation belongs to which image and category. Ids occur twice where files
    were joined that each count from the beginning.
    """
    faults = []
    for name in ("images", "categories", "annotations"):
        ids = (entry.id for entry in getattr(content, name))
        faults += find_repeated(f"{file}: {name}", "id", ids)
    files = (normpath(picture.file_name) for picture in content.images)
    names = (each.name for each in content.categories if isinstance(each, NamedCategory))
    return [
        *faults,
        *find_repeated(f"{file}: images", "file_name", files),
        *find_repeated(f"{file}: categories", "name", names),
    ]


def find_dangling(
    file: Path, annotations: Iterable[Annotation], key: str, ids: Collection[int]
) -> list[str]:
    """A fault for each annotation that refers to what is not in the file.

    Args:
        file: The JSON file.
        annotations: Its annotations.
        key: `image` or `category`.
        ids: The numbers of those that are in the file.
    """
    numbers = ((each.id, getattr(each, f"{key}_id")) for each in annotations)
    return [
        f"{file}: annotation {own}: no {key} has the id {number}"
        for own, number in numbers
        if number not in ids
    ]


@dataclass(frozen=True)
class Outline:
    """What a file in COCO's format is about.

    Attributes:
        file: The file.
        folder: What the names of images are relative to.
        categories: The names of the categories, by their numbers.
        keypoints: The names of the keypoints of each category that has some.
        segmented: Whether an object is outlined.
        boxed: Whether an object has a box.
    """

    file: Path
    folder: Path
    categories: tuple[str, ...]
    keypoints: tuple[frozenset[str], ...]
    segmented: bool
    boxed: bool

    def keys(self) -> dict[str, Path]:
        """The keys of a block `source` whose `path` holds both the file and the images."""
        return keys_of(self.file, self.folder)


def keys_of(file: Path, folder: Path) -> dict[str, Path]:
    """The keys of a block `source` whose `path` holds both a label file and a folder of images."""
    path = Path(os.path.commonpath([file.parent, folder]))
    annotations, images = file.relative_to(path), folder.relative_to(path)
    return {"path": path, "annotations": annotations, "images": images}


def find_outline(path: Path) -> Outline | None:
    """What the one JSON file in COCO's format is about; None where there is none, or several.

    Args:
        path: The file; or the folder in which it is, or whose folder `annotations` it is in.
    """
    folders = (path, path / ANNOTATIONS)
    files = [path] if path.is_file() else [each for sub in folders for each in sub.glob("*.json")]
    found = [outline for file in sorted(files) if (outline := _outline(file)) is not None]
    return found[0] if len(found) == 1 else None


@lru_cache(maxsize=8)  # several kinds of sources ask for the same
def _outline(file: Path) -> Outline | None:
    try:
        content = json.loads(read_regular(file))
        categories = sorted(content["categories"], key=lambda each: each["id"])
        points = (frozenset(each.get("keypoints") or ()) for each in categories)
        return Outline(
            file,
            find_folder(file, content["images"][0]["file_name"]),
            tuple(str(each["name"]) for each in categories),
            tuple(each for each in points if each),
            any(each.get("segmentation") for each in content["annotations"]),
            any(each.get("bbox") for each in content["annotations"]),
        )
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None  # whoever reads it says why


def find_folder(file: Path, name: str) -> Path:
    """The folder that holds an image: beside the file, beside its folder, or one below."""
    around = [file.parent]
    if file.parent.name == ANNOTATIONS:
        around.append(file.parent.parent)
    below = [each for folder in around for each in sorted(folder.iterdir()) if each.is_dir()]
    return next((each for each in (*around, *below) if (each / name).is_file()), file.parent)


def list_files(file: Path, folder: Path) -> list[Path]:
    """The image files that a JSON file names; none when it cannot be read.

    Args:
        file: The JSON file.
        folder: What the names are relative to.
    """
    try:
        images = json.loads(read_regular(file))["images"]
        return [folder / image["file_name"] for image in images]
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return []  # whoever reads it says why
