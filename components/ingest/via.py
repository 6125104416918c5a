"""JSON files of the VGG Image Annotator (VIA), versions 1 and 2.

Format: https://www.robots.ox.ac.uk/~vgg/software/via/. What is exported as annotations has an entry
an image, by the image's name and bytes; a project has the same in `_via_img_metadata`.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from posixpath import normpath
from typing import Any

from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from pydantic_core import from_json

from components.core.block import list_errors
from components.core.errors import ConvoyError
from components.core.faults import FaultsError, find_repeated, stop_at
from components.core.reading import read_regular
from components.ingest.coco import find_repeated_keys

PROJECT = "_via_img_metadata"
"""The key of a project that holds its entries."""


class Region(BaseModel):
    """An object.

    Attributes:
        shape: The name of its shape, and numbers in pixels.
        attributes: What somebody has said of it, by what.
    """

    shape: dict[str, Any] = Field(alias="shape_attributes")
    attributes: dict[str, Any] = Field({}, alias="region_attributes")


class Entry(BaseModel):
    """An image.

    Attributes:
        filename: Its path.
        regions: Its objects; by their numbers in files of version 1.
    """

    filename: str
    regions: list[Region] | dict[str, Region] = []

    @property
    def listed(self) -> Sequence[Region]:
        """The objects in the order of the file."""
        return list(self.regions.values()) if isinstance(self.regions, dict) else self.regions


ENTRIES = TypeAdapter(dict[str, Entry])


def read_entries(file: Path) -> Sequence[Entry]:
    """Reads the images that a file names, in its order.

    Raises:
        FaultsError: Naming each entry that is wrong, each image that has two, and each key that
            an object has twice.
        ConvoyError: When the file cannot be read.
    """
    try:
        data = read_regular(file)
        raw = from_json(data)
    except OSError as error:
        raise ConvoyError(f"{file}: cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise ConvoyError(f"{file}: cannot be read as JSON: {error}") from None
    try:
        entries = list(ENTRIES.validate_python(choose_entries(raw)).values())
    except ValidationError as error:
        raise FaultsError(str(file), list_errors(error, f"{file}: entry")) from None
    names = (normpath(entry.filename) for entry in entries)
    repeated = find_repeated(f"{file}: images", "filename", names)
    stop_at(str(file), [*find_repeated_keys(file, data), *repeated])
    return entries


def choose_entries(content: Any) -> Any:
    """The entries of a file: all of it, or that part of a project."""
    return content.get(PROJECT, content) if isinstance(content, Mapping) else content


def find_entries(path: Path) -> tuple[Path, Sequence[Entry]] | None:
    """The one file of this format that there is, and what it names; None where not one.

    Args:
        path: The file, or the folder in which it is.
    """
    files = [path] if path.is_file() else sorted(path.glob("*.json"))
    found = [(file, entries) for file in files if (entries := _peek(file))]
    return found[0] if len(found) == 1 else None


@lru_cache(maxsize=8)
def _peek(file: Path) -> Sequence[Entry]:
    """The images that a file names; none where it is of another format."""
    try:
        content = choose_entries(from_json(read_regular(file)))
        return list(ENTRIES.validate_python(content).values())
    except (OSError, ValueError):  # pydantic's are ValueErrors, too
        return []


def find_attribute(entries: Sequence[Entry]) -> str | None:
    """The first attribute for which every object has a text; None where there is none."""
    objects = [region.attributes for entry in entries for region in entry.listed]
    keys = objects[0] if objects else {}
    return next((key for key in keys if all(read_text(each, key) for each in objects)), None)


def read_text(attributes: Mapping[str, Any], key: str) -> str:
    """What somebody has said of an object, without blanks around it; empty where it is no text."""
    value = attributes.get(key)
    return value.strip() if isinstance(value, str) else ""
