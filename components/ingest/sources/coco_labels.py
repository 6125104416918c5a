"""Whole images with or without people, from a JSON file in COCO's instances format.

Format: https://cocodataset.org/#format-data. The rule is that of Chowdhery et al. (2019),
"Visual Wake Words Dataset": an image shows a person when at least one annotation of the
category `person` covers more than a share of it, 0.5% unless told otherwise.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, Field, NonNegativeFloat, PositiveInt, ValidationError

from components.ingest.sources import base
from components.ingest.table import Record
from pipelines.errors import ConvoyError
from pipelines.params import describe_errors

PERSON, NO_PERSON = "person", "no_person"


class Picture(BaseModel):
    """An entry of `images`; width and height in pixels."""

    id: int
    file_name: str
    width: PositiveInt
    height: PositiveInt


class Category(BaseModel):
    """An entry of `categories`."""

    id: int
    name: str


class Annotation(BaseModel):
    """An entry of `annotations`.

    Attributes:
        id: Its number.
        image_id: The number of its image.
        category_id: The number of its category.
        area: What it covers, in pixels.
        iscrowd: Whether it stands for several objects that were not told apart.
    """

    id: int
    image_id: int
    category_id: int
    area: NonNegativeFloat
    iscrowd: bool = False


class Content(BaseModel):
    """What is read of the JSON file."""

    images: list[Picture] = Field(min_length=1)
    categories: list[Category]
    annotations: list[Annotation]


class Source(base.Source):
    """Images with the labels `person` or `no_person`, and what people cover of them.

    Attributes:
        annotations: The JSON file, relative to `path`.
        images: The folder of the images, relative to `path`.
        min_area: The share of the image that one person must exceed to be counted for the
            label.
        count_crowds: Whether crowds are people; if not, an image with nothing but crowds is
            labelled `no_person`.
    """

    annotations: Path
    images: Path = Path()
    min_area: float = Field(0.005, ge=0, lt=1)
    count_crowds: bool = True

    def read(self) -> Iterator[Record]:
        """Yields the images in the order of the file, with `label` and `person_area`.

        `person_area` is the sum over all people, those too small for the label included,
        and at most 1.

        Raises:
            ConvoyError: When the JSON file is not in the format, naming the entry, or an
                image is absent.
        """
        content = read_content(self.path / self.annotations)
        shares = self._person_shares(content)
        for picture in content.images:
            file = self.path / self.images / picture.file_name
            people = shares[picture.id]
            labels = {
                "label": PERSON if max(people, default=0.0) > self.min_area else NO_PERSON,
                "person_area": min(sum(people), 1.0),
            }
            yield Record(read_image(file), picture.file_name, labels)

    def _person_shares(self, content: Content) -> dict[int, list[float]]:
        """The share of its image that each person covers, by the image's number."""
        file = self.path / self.annotations
        sizes = {picture.id: picture.width * picture.height for picture in content.images}
        categories = {category.id for category in content.categories if category.name == PERSON}
        if not categories:
            raise ConvoyError(f"{file}: no category has the name {PERSON!r}")
        shares = defaultdict(list)
        for annotation in content.annotations:
            if annotation.image_id not in sizes:
                raise ConvoyError(
                    f"{file}: annotation {annotation.id}: no image has the id {annotation.image_id}"
                )
            counted = self.count_crowds or not annotation.iscrowd
            if counted and annotation.category_id in categories:
                shares[annotation.image_id].append(annotation.area / sizes[annotation.image_id])
        return shares


def read_content(file: Path) -> Content:
    """Reads the JSON file.

    Raises:
        ConvoyError: When it is absent, not JSON, has a wrong entry, or has no image.
    """
    try:
        return Content.model_validate_json(file.read_bytes())
    except OSError as error:
        raise ConvoyError(f"{file}: cannot be read: {error.strerror}") from None
    except ValidationError as error:
        raise ConvoyError(describe_errors(error, f"{file}: entry")) from None


def read_image(file: Path) -> bytes:
    """Reads an image file.

    Raises:
        ConvoyError: When it cannot be read.
    """
    try:
        return file.read_bytes()
    except OSError as error:
        raise ConvoyError(f"{file}: cannot be read: {error.strerror}") from None
