"""Images with boxes in Pascal VOC's layout: an XML file an image.

Format: the development kit of http://host.robots.ox.ac.uk/pascal/VOC/voc2012/. Its folders are
`Annotations`, `JPEGImages` and, for splits, `ImageSets/Main`; others may be named, and all may be
one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from components.core.boxes import COLUMNS, Box, to_columns
from components.core.errors import ConvoyError
from components.core.faults import gather, stop_at
from components.core.image_files import refuse_image
from components.core.table import SPLITS, Record
from components.ingest.numbers import read_number
from components.ingest.picture_sizes import check_size
from components.ingest.sources import base

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

XML = ".xml"
FOLDERS = (("Annotations", "JPEGImages"), ("annotations", "images"), ("xmls", "images"), ("", ""))
"""Where annotations and images are, what is customary first."""

SETS = Path("ImageSets/Main")
EDGES = ("xmin", "ymin", "xmax", "ymax")
NO_XML, NO_SPLIT = "image without an XML file", "in no list of a split"


@dataclass(frozen=True)
class Annotation:
    """What an XML file says.

    Attributes:
        file: The XML file.
        image: The name of the image; empty where it is not said.
        size: Width and height of the image in pixels; None where they are not said, or are 0.
        boxes: The boxes.
    """

    file: Path
    image: str
    size: tuple[int, int] | None
    boxes: Sequence[Box]


class Source(base.FileSource):
    """Images with boxes, by the names of their XML files.

    Attributes:
        annotations: The folder of the XML files, relative to `path`.
        images: The folder of the images, relative to `path`.
        sets: A folder of lists, `train.txt` and the like, relative to `path`; null for none:
            convoy then splits. XML files that stand in no list are left out.
        test_from: `val` takes the images of `val.txt` for testing; those for validation are then
            carved out of those for training.
        origin: 1 where the first pixel is number 1 and the last one of a box a part of it, as the
            development kit has it; 0 where boxes are edges between pixels, as most programs that
            write such files have it.
    """

    gives: ClassVar = frozenset(COLUMNS)

    annotations: Path = Path("Annotations")
    images: Path = Path("JPEGImages")
    sets: Path | None = None
    test_from: Literal["val"] | None = None
    origin: Literal[0, 1] = 0

    @classmethod
    def recognise(cls, path: Path) -> Mapping[str, Any] | None:
        """A folder with XML files of which the first is such a one."""
        for xmls, images in FOLDERS if path.is_dir() else ():
            first = min((path / xmls).glob(f"*{XML}"), default=None)
            if first is not None and _is_annotation(first):
                sets = {"sets": SETS} if (path / SETS / f"{SPLITS[0]}.txt").is_file() else {}
                return {"path": path, "annotations": Path(xmls), "images": Path(images), **sets}
        return None

    def read(self) -> Iterator[Record]:
        """Yields the images in the order of the names of their XML files.

        Raises:
            FaultsError: Naming each XML file that is wrong, or else each image that cannot be
                read.
            ConvoyError: When a folder or a list cannot be read.
        """
        splits = self._splits()
        files, images = self._files()
        listed = [file for file in files if not splits or file.stem in splits]
        for file in files:
            if splits and file.stem not in splits:
                self.leave_out(file, NO_SPLIT)
        stop_at(str(self.path), self._find_unlisted(splits, files))
        annotations = list(gather(str(self.path), listed, self._parse))
        found = {each.file: find_image(each, images) for each in annotations}
        for image in sorted({*images.values()} - {*found.values()}):
            self.leave_out(image, NO_XML)
        yield from gather(
            str(self.path),
            annotations,
            lambda each: self._read(each, found[each.file], splits.get(each.file.stem)),
        )

    def watched(self) -> Iterator[Path]:
        """The lists, XML files and images, where they lie outside of `path`."""
        yield from super().watched()
        if self.allow_outside:
            files, images = self._files()
            lists = () if self.sets is None else (self.path / self.sets).glob("*.txt")
            yield from self.elsewhere([*files, *images.values(), *lists])

    def missing_splits(self) -> Sequence[str]:
        """The splits that have no list, where there are lists."""
        found = {*self._splits().values()}
        return [name for name in SPLITS[1:] if found and name not in found]

    def _splits(self) -> dict[str, str]:
        """The split of each XML file that stands in a list, by its name without suffix."""
        if self.sets is None:
            return {}
        folder = self.path / self.sets
        lists = {name: folder / f"{name}.txt" for name in SPLITS}
        there = {name: file for name, file in lists.items() if file.is_file()}
        if not there:
            raise ConvoyError(f"{folder}: has none of the lists {', '.join(map(str, lists))}")
        splits: dict[str, str] = {}
        faults = []
        for split, file in there.items():
            own = "test" if split == self.test_from else split
            for line, stem in read_list(self.read_sample(file)):
                if splits.setdefault(stem, own) != own:
                    faults.append(f"{file}: line {line}: {stem} is in {splits[stem]}, too")
        stop_at(str(folder), faults)
        return splits

    def _find_unlisted(self, splits: Mapping[str, str], files: Sequence[Path]) -> list[str]:
        known = {file.stem for file in files}
        folder = self.path / self.annotations
        lost = (stem for stem in splits if stem not in known)
        return [f"{folder / stem}{XML}: not found, but in a list" for stem in lost]

    def _files(self) -> tuple[list[Path], dict[str, Path]]:
        """The XML files, and the images by their names."""
        folder, images = self.path / self.annotations, self.path / self.images
        if folder.resolve() == images.resolve():
            both = self.files(folder, lambda file: None if _is_xml(file) else refuse_image(file))
            xmls = [each for each in both if _is_xml(each)]
            return xmls, self._by_name([each for each in both if not _is_xml(each)])
        found = self.files(folder, lambda file: None if _is_xml(file) else "no XML file")
        return found, self._by_name(self.files(images))

    def _by_name(self, images: Sequence[Path]) -> dict[str, Path]:
        named: dict[str, Path] = {}
        twice = [each for each in images if named.setdefault(each.name, each) != each]
        told = "has the same name, by which XML files tell images"
        stop_at(str(self.path), [f"{each}: {named[each.name]} {told}" for each in twice])
        return named

    def _parse(self, file: Path) -> Annotation:
        return parse(file, self.read_sample(file), self.origin)

    def _read(self, annotation: Annotation, image: Path | None, split: str | None) -> Record:
        if image is None:
            raise ConvoyError(
                f"{annotation.file}: its image {annotation.image or '(not named)'} is not in "
                f"{self.path / self.images}"
            )
        sample = self.read_sample(image)
        if annotation.size is not None:
            check_size(sample, *annotation.size, str(annotation.file))
        name = self.name(image) if image.is_relative_to(self.path) else image.name
        return Record(sample, name, to_columns(annotation.boxes), split)


def find_image(annotation: Annotation, images: Mapping[str, Path]) -> Path | None:
    """The image that an XML file is about.

    It is named in the file, with a suffix or without, or has the XML file's name.

    Args:
        annotation: What the file says.
        images: The images by their names.
    """
    if annotation.image in images:
        return images[annotation.image]
    stems = {Path(name).stem: file for name, file in images.items()}
    meant = (annotation.image, Path(annotation.image).stem, annotation.file.stem)
    return next((stems[stem] for stem in meant if stem in stems), None)


def read_list(data: bytes) -> Iterator[tuple[int, str]]:
    """Yields the lines of a list of images: their numbers from 1 on, and the first word of each."""
    for number, line in enumerate(data.decode(errors="replace").splitlines(), 1):
        if words := line.split():
            yield number, words[0]


def parse(file: Path, data: bytes, origin: int) -> Annotation:
    """Reads an XML file; entities are refused, for they may stand for gigabytes or other files.

    Args:
        file: Where it stands.
        data: Its content.
        origin: The number of the first pixel; see `Source`.

    Raises:
        FaultsError: Naming each object that is wrong.
        ConvoyError: When it is no such file.
    """
    root = _parse(file, data)
    if root.tag != "annotation":
        raise ConvoyError(f"{file}: its outer element is {root.tag!r}; must be 'annotation'")
    objects = [(f"{file}: object {at}", each) for at, each in enumerate(root.findall("object"), 1)]
    boxes = list(gather(str(file), objects, lambda each: read_box(each[1], each[0], origin)))
    name = Path((root.findtext("filename") or "").strip().replace("\\", "/")).name
    return Annotation(file, name, _size(root, str(file)), boxes)


def read_box(element: Element, place: str, origin: int) -> Box:
    """The box of an element `object`.

    Raises:
        ConvoyError: When it has no name, or an edge is missing or no number.
    """
    label = (element.findtext("name") or "").strip()
    if not label:
        raise ConvoyError(f"{place}: has no name")
    edges = [read_number(element.findtext(f"bndbox/{edge}"), f"{place}: {edge}") for edge in EDGES]
    x0, y0, x1, y1 = edges
    difficult = (element.findtext("difficult") or "0").strip() in ("1", "true", "True")
    return Box((x0 - origin, y0 - origin, x1, y1), label, difficult=difficult)


def _parse(file: Path, data: bytes) -> Element:
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except DefusedXmlException as error:
        raise ConvoyError(f"{file}: refused: it declares {_refused(error)}") from None
    except (ParseError, ValueError, LookupError) as error:
        raise ConvoyError(f"{file}: cannot be read as XML: {error}") from None
    return root


def _refused(error: Exception) -> str:
    return "a document type" if "DTD" in type(error).__name__ else "entities"


def _size(root: Element, place: str) -> tuple[int, int] | None:
    """Width and height; None where they are not said, or are 0, as some programs write."""
    texts = [root.findtext(f"size/{side}") for side in ("width", "height")]
    if None in texts:
        return None
    width, height = (int(read_number(text, f"{place}: size")) for text in texts)
    return (width, height) if width and height else None


def _is_xml(file: Path) -> bool:
    return file.suffix.lower() == XML


def _is_annotation(file: Path) -> bool:
    from components.core.reading import read_regular

    try:
        return _parse(file, read_regular(file)).tag == "annotation"
    except (OSError, ConvoyError):
        return False
