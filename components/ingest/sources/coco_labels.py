"""Whole images with or without people, from a JSON file in COCO's instances format.

Format: https://cocodataset.org/#format-data. The rule is that of Chowdhery et al. (2019),
"Visual Wake Words Dataset": an image shows a person when at least one annotation of the
category `person` covers more than a share of it, 0.5% unless told otherwise.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from pydantic import Field, NonNegativeFloat

from components.core.errors import ConvoyError
from components.core.table import Record
from components.ingest import coco
from components.ingest.sources import base

PERSON, NO_PERSON = "person", "no_person"


class Annotation(coco.Annotation):
    """An entry of `annotations`.

    Attributes:
        area: What it covers, in pixels.
        iscrowd: Whether it stands for several objects that were not told apart.
    """

    area: NonNegativeFloat
    iscrowd: bool = False


class Content(coco.Content[coco.SizedPicture, coco.NamedCategory, Annotation]):
    """What is read of the JSON file."""

    images: list[coco.SizedPicture] = Field(min_length=1)


class Source(base.FileSource):
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
        annotations = self.path / self.annotations
        content = coco.read_content(annotations, Content)
        shares = self._person_shares(content)
        for picture in content.images:
            file = self.path / self.images / picture.file_name
            people = shares[picture.id]
            labels = {
                "label": PERSON if max(people, default=0.0) > self.min_area else NO_PERSON,
                "person_area": min(sum(people), 1.0),
            }
            image = self.read_sample(file, f"{annotations}: image {picture.id}")
            yield Record(image, picture.file_name, labels)

    def _person_shares(self, content: Content) -> dict[int, list[float]]:
        """The share of its image that each person covers, by the image's number."""
        file = self.path / self.annotations
        sizes = {picture.id: picture.width * picture.height for picture in content.images}
        categories = {category.id for category in content.categories if category.name == PERSON}
        if not categories:
            raise ConvoyError(f"{file}: no category has the name {PERSON!r}")
        shares = defaultdict(list)
        for annotation in content.annotations:
            counted = self.count_crowds or not annotation.iscrowd
            if counted and annotation.category_id in categories:
                shares[annotation.image_id].append(annotation.area / sizes[annotation.image_id])
        return shares
