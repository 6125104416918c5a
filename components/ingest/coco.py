"""JSON files in COCO's format, checked as they are read: https://cocodataset.org/#format-data."""

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, PositiveInt, ValidationError

from components.core.block import describe_errors
from components.core.errors import ConvoyError
from components.core.reading import read_regular


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


def read_content(file: Path, content: type[Read]) -> Read:
    """Reads a file.

    Args:
        file: The JSON file.
        content: Of which entries it consists.

    Raises:
        ConvoyError: When it is absent, not JSON or has a wrong entry, or an annotation is of
            an image that is not in it.
    """
    try:
        read = content.model_validate_json(read_regular(file))
    except OSError as error:
        raise ConvoyError(f"{file}: cannot be read: {error.strerror}") from None
    except ValidationError as error:
        raise ConvoyError(describe_errors(error, f"{file}: entry")) from None
    check_references(file, read.annotations, "image", {picture.id for picture in read.images})
    return read


def check_references(
    file: Path, annotations: Iterable[Annotation], key: str, ids: Collection[int]
) -> None:
    """Checks that what annotations refer to is in the file.

    Args:
        file: The JSON file.
        annotations: Its annotations.
        key: `image` or `category`.
        ids: The numbers of those that are in the file.

    Raises:
        ConvoyError: Naming the first annotation that refers to another.
    """
    for annotation in annotations:
        if (number := getattr(annotation, f"{key}_id")) not in ids:
            raise ConvoyError(f"{file}: annotation {annotation.id}: no {key} has the id {number}")
