"""Whole images with or without people, from a JSON file in COCO's instances format.

Format: https://cocodataset.org/#format-data. The rule is that of Chowdhery et al. (2019),
"Visual Wake Words Dataset": an image shows a person when at least one annotation of the
category `person` covers more than a share of it, 0.5% unless told otherwise.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import Field, FiniteFloat

from components.core.faults import gather
from components.core.table import Record
from components.ingest import coco
from components.ingest.coco_source import CocoSource
from components.ingest.picture_sizes import check_size

PERSON, NO_PERSON = "person", "no_person"


class Annotation(coco.Annotation):
    """An entry of `annotations`.

    Attributes:
        area: What it covers, in pixels.
        bbox: Left, top, width and height of its box in pixels, if there is one.
        iscrowd: Whether it stands for several objects that were not told apart.
    """

    area: Annotated[FiniteFloat, Field(ge=0)]
    bbox: tuple[float, float, float, float] | None = None
    iscrowd: bool = False


class Content(coco.Content[coco.SizedPicture, coco.NamedCategory, Annotation]):
    """What is read of the JSON file."""

    images: list[coco.SizedPicture] = Field(min_length=1)


class Source(CocoSource):
    """Images with the labels `person` or `no_person`, and what people cover of them.

    Attributes:
        min_area: The share of the image that one person must exceed to be counted for the
            label.
        count_crowds: Whether crowds are people; if not, an image with nothing but crowds is
            labelled `no_person`.
    """

    gives: ClassVar = frozenset({"label", "person_area"})

    min_area: float = Field(0.005, ge=0, lt=1)
    count_crowds: bool = True

    @classmethod
    def recognise(cls, path: Path) -> Mapping[str, Any] | None:
        """A JSON file with people, or a folder with one such file."""
        outline = coco.find_outline(path)
        if outline is None or PERSON not in outline.categories:
            return None
        return outline.keys()

    def read(self) -> Iterator[Record]:
        """Yields the images in the order of the file, with `label` and `person_area`.

        `person_area` is the sum over all people, those too small for the label included,
        and at most 1.

        Raises:
            FaultsError: Naming each wrong entry of the JSON file, or else each image that
                cannot be read.
            ConvoyError: When the JSON file cannot be read.
        """
        file = self.path / self.annotations
        content = coco.read_content(file, Content, self._check)
        shares = self._person_shares(content)
        yield from gather(
            str(file), content.images, lambda picture: self._read(picture, shares[picture.id])
        )

    def _read(self, picture: coco.SizedPicture, people: Sequence[float]) -> Record:
        labels = {
            "label": PERSON if max(people, default=0.0) > self.min_area else NO_PERSON,
            "person_area": min(sum(people), 1.0),
        }
        place = f"{self.path / self.annotations}: image {picture.id}"
        image = self.read_sample(self.path / self.images / picture.file_name, place)
        check_size(image, picture.width, picture.height, place)
        return Record(image, picture.file_name, labels)

    def _check(self, content: Content) -> Iterator[str]:
        file = self.path / self.annotations
        if not any(category.name == PERSON for category in content.categories):
            names = ", ".join(repr(category.name) for category in content.categories) or "none"
            yield f"{file}: no category has the name {PERSON!r}; there are {names}"
        for annotation in self._people(content):
            if contradiction := compare_area(annotation):
                yield f"{file}: annotation {annotation.id}: {contradiction}"

    def _people(self, content: Content) -> Iterator[Annotation]:
        """The annotations that count."""
        people = {category.id for category in content.categories if category.name == PERSON}
        for annotation in content.annotations:
            counted = self.count_crowds or not annotation.iscrowd
            if counted and annotation.category_id in people:
                yield annotation

    def _person_shares(self, content: Content) -> Mapping[int, Sequence[float]]:
        """The share of its image that each person covers, by the image's number."""
        sizes = {picture.id: picture.width * picture.height for picture in content.images}
        shares = defaultdict(list)
        for annotation in self._people(content):
            shares[annotation.image_id].append(annotation.area / sizes[annotation.image_id])
        return shares


def compare_area(annotation: Annotation) -> str | None:
    """Says how area and box of an annotation contradict each other; None where they do not.

    Some exporters write an area of 0, by which an image with a person would show none.
    """
    if annotation.bbox is None:
        return None
    _, _, width, height = annotation.bbox
    if width <= 0 or height <= 0:
        return None
    # pixels that a box cuts may count as a whole
    if 0 < annotation.area <= (width + 1) * (height + 1):
        return None
    return (
        f"area is {annotation.area:g}, but bbox is {width:g} by {height:g}; give area in pixels "
        "of the image, or leave the annotation out"
    )
