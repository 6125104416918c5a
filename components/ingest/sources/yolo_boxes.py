"""Images with boxes in YOLO's layout: a text file an image, and a `data.yaml`.

Format: https://docs.ultralytics.com/datasets/detect/. A line is a box: the number of its class,
then the middle's x and y, width and height, as shares of the image's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from components.core.block import parse_params
from components.core.boxes import COLUMNS, Box, to_columns
from components.core.errors import ConvoyError
from components.core.faults import gather
from components.core.table import SPLITS, Record
from components.ingest.numbers import read_number
from components.ingest.picture_sizes import read_size
from components.ingest.sources import base
from components.ingest.sources.csv_boxes import scale

FILE = "data.yaml"
IMAGES, LABELS = "images", "labels"
VALUES = 5
TEXT = ".txt"


@dataclass(frozen=True)
class Described:
    """What `data.yaml` says.

    Attributes:
        names: The names of the classes, by their numbers.
        folders: The folders of images of each split.
    """

    names: Mapping[int, str]
    folders: Mapping[str, Sequence[Path]]


class Source(base.FileSource):
    """`path` is the folder of `data.yaml`.

    The labels of `images/a.jpg` are in `labels/a.txt`, or beside it where no folder is called
    `images`. An image without such a file has no boxes.
    """

    gives: ClassVar = frozenset(COLUMNS)

    @classmethod
    def recognise(cls, path: Path) -> Mapping[str, Any] | None:
        """A folder with `data.yaml`, or that file."""
        folder = path.parent if path.name == FILE else path
        return {"path": folder} if (folder / FILE).is_file() else None

    def read(self) -> Iterator[Record]:
        """Yields the images split by split, by name.

        Raises:
            FaultsError: Naming each image or line of a text file that is wrong.
            ConvoyError: When `data.yaml` is wrong or a folder that it names is missing.
        """
        yield from gather(str(self.path), self._images(), lambda each: self._read(*each))

    def missing_splits(self) -> Sequence[str]:
        """The splits that `data.yaml` does not name."""
        return [name for name in SPLITS if name not in self._described.folders]

    def watched(self) -> Iterator[Path]:
        """The images and text files, where they lie outside of `path`."""
        yield from super().watched()
        if self.allow_outside:
            images = [image for _, image in self._images()]
            texts = (file for file in map(label_file, images) if file.is_file())
            yield from self.elsewhere([*images, *texts])

    def _images(self) -> Iterator[tuple[str, Path]]:
        """Yields the split and the file of each image."""
        for split, folders in self._described.folders.items():
            for folder in folders:
                for file in self.files(folder, _refuse):
                    if file.suffix != TEXT:
                        yield split, file

    @cached_property
    def _described(self) -> Described:
        file = self.path / FILE
        content = parse_params(self.read_sample(file).decode(errors="replace"), file)
        if not isinstance(content, dict):
            raise ConvoyError(f"{file}: needs keys such as train, val and names")
        return Described(read_names(content.get("names"), file), self._folders(content, file))

    def _folders(self, content: Mapping[str, Any], file: Path) -> dict[str, list[Path]]:
        root = self.path / str(content.get("path") or "")
        root = root if root.is_dir() else self.path
        found: dict[str, list[Path]] = {}
        for split in SPLITS:
            named = content.get(split)
            listed = named if isinstance(named, list) else [named] if named else []
            folders = [self._folder(root, each, f"{file}: {split}") for each in listed]
            found |= {split: folders} if folders else {}
        if "train" not in found:
            raise ConvoyError(f"{file}: train: is missing; it names the folder of the images")
        return found

    def _folder(self, root: Path, named: Any, place: str) -> Path:
        """A folder that `data.yaml` names; some programs write `../` for where it lies itself."""
        for folder in (root / str(named), self.path / str(named).removeprefix("../")):
            if folder.is_dir():
                return folder
        raise ConvoyError(f"{place}: {named}: no such folder")

    def _read(self, split: str, image: Path) -> Record:
        sample = self.read_sample(image)
        file = label_file(image)
        boxes: list[Box] = []
        if file.exists():
            text = self.read_sample(file).decode(errors="replace")
            lines = [(f"{file}: line {at}", line) for at, line in enumerate(text.splitlines(), 1)]
            filled = (each for each in lines if each[1].strip())
            boxes = list(gather(str(file), filled, lambda each: self._read_line(*each)))
        name = self.name(image) if image.is_relative_to(self.path) else image.name
        return Record(sample, name, to_columns(scale(boxes, read_size(sample))), split)

    def _read_line(self, place: str, line: str) -> Box:
        return read_line(line, self._described.names, place)


def label_file(image: Path) -> Path:
    """The text file of an image: in `labels` for `images`, the last folder of that name."""
    parts = list(image.with_suffix(TEXT).parts)
    for at in reversed(range(len(parts) - 1)):
        if parts[at] == IMAGES:
            parts[at] = LABELS
            break
    return Path(*parts)


def read_names(names: Any, file: Path) -> dict[int, str]:
    """The names of the classes by their numbers, from a list or from a mapping of numbers.

    Raises:
        ConvoyError: When they are neither, or not unique.
    """
    if isinstance(names, list):
        names = dict(enumerate(names))
    if not isinstance(names, dict) or not names or not all(isinstance(each, int) for each in names):
        raise ConvoyError(f"{file}: names: needs a list of the classes, or a mapping of numbers")
    found = {number: str(name).strip() for number, name in names.items()}
    if len({*found.values()}) < len(found):
        raise ConvoyError(f"{file}: names: two classes have the same name")
    return found


def read_line(line: str, names: Mapping[int, str], place: str) -> Box:
    """A box as shares of the image's width and height.

    Args:
        line: Of a text file.
        names: The names of the classes, by their numbers.
        place: What an error message begins with.

    Raises:
        ConvoyError: When it has not five numbers, or its class has no name.
    """
    values = line.split()
    if len(values) != VALUES:
        hint = "; a polygon is no box" if len(values) > VALUES + 1 else ""
        raise ConvoyError(f"{place}: {len(values)} numbers; must be {VALUES}{hint}")
    number, *shares = (read_number(value, place) for value in values)
    if number not in names:
        raise ConvoyError(f"{place}: no class has the number {values[0]}; names has {len(names)}")
    x, y, width, height = shares
    edges = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    return Box(edges, names[int(number)])


def _refuse(file: Path) -> str | None:
    from components.core.image_files import refuse_image

    return None if file.suffix == TEXT else refuse_image(file)
