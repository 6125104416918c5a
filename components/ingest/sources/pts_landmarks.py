"""Images with iBUG's 68 landmarks of a face in a `.pts` file beside each.

Format and order of the points: https://ibug.doc.ic.ac.uk/resources/facial-point-annotations.
The files count pixels from 1 at the centre of the first. An eye's centre is the mean of the
six points around it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from components.core.errors import ConvoyError
from components.core.faults import gather
from components.core.table import Record
from components.core.walking import Found, walk
from components.ingest.face_crop import Square, crop_face
from components.ingest.sources import base
from components.samples.image import ImageSample

POINTS = ".pts"
NO_POINTS = "without a .pts file"

LANDMARKS = 68
FIRST_PIXEL = 1

MEANS: Sequence[Sequence[int]] = (
    (42, 43, 44, 45, 46, 47),  # left eye: centre
    (36, 37, 38, 39, 40, 41),  # right eye: centre
    (42,),  # left eye: inner corner
    (45,),
    (39,),  # right eye: inner corner
    (36,),
    (22,),  # left brow: inner end
    (26,),
    (21,),  # right brow: inner end
    (17,),
    (30,),  # nose tip
    (54,),  # mouth: left corner
    (48,),
    (51,),  # mouth: middle of the upper lip's upper edge
    (57,),
)
"""The landmarks whose mean is each keypoint, counted from 0, in the order of `KEYPOINTS`."""


class Source(base.FileSource):
    """Faces cut out around their landmarks and scaled to 96x96 grey pixels.

    Attributes:
        margin: Room around the landmarks' box as a fraction of its longer side.
    """

    gives: ClassVar = frozenset({"keypoints"})

    margin: float = Field(0.2, ge=0)

    @classmethod
    def recognise(cls, path: Path) -> Mapping[str, Any] | None:
        """A folder with a `.pts` file in it or below."""
        found = walk(path, path, refuse) if path.is_dir() else ()
        return {"path": path} if any(each.path.suffix.lower() == POINTS for each in found) else None

    def read(self) -> Iterator[Record]:
        """Yields the faces by the `.pts` files' alphabetical order, with `keypoints`.

        Raises:
            FaultsError: Naming each `.pts` file that is not in the format, has no image beside
                it or whose points are all one.
            ConvoyError: When there is none.
        """
        files, images = self._find()
        if not files:
            raise ConvoyError(f"{self.path}: no .pts file in this folder or below")
        faces = [(file, images.get(file.with_suffix(""), [])) for file in files]
        for record in gather(str(self.path), faces, self._read_face):
            if record is not None:
                yield record

    def _find(self) -> tuple[list[Path], Mapping[Path, Sequence[Found]]]:
        """The `.pts` files, and the images by their paths without endings.

        Images that may not be read are among them; those without a `.pts` file are left out.
        """
        files: list[Path] = []
        images: dict[Path, list[Found]] = defaultdict(list)
        for found in walk(self.path, self.bounds, refuse):
            suffix = found.path.suffix.lower()
            if suffix == POINTS and not found.reason:
                files.append(found.path)
            elif found.reason and suffix not in ImageSample.suffixes:
                self.leave_out(found.path, found.reason)
            else:
                images[found.path.with_suffix("")].append(found)
        for name in images.keys() - {file.with_suffix("") for file in files}:
            for found in images[name]:
                self.leave_out(found.path, found.reason or NO_POINTS)
        return files, images

    def _read_face(self, face: tuple[Path, Sequence[Found]]) -> Record | None:
        """The face of a `.pts` file and the images beside it; None where that is not read."""
        file, beside = face
        landmarks = parse_landmarks(self.read_sample(file), file)
        if len(beside) != 1:
            raise ConvoyError(f"{file}: {len(beside)} images of this name beside it; must be 1")
        image = beside[0].path
        if reason := beside[0].reason:
            self.leave_out(image, reason)
            return None
        box = (*landmarks.min(axis=0), *(landmarks.max(axis=0) + 1))
        square = Square.around(box, self.margin)
        points = np.stack([landmarks[list(indices)].mean(axis=0) for indices in MEANS])
        return crop_face(self.read_sample(image), image, self.name(image), points, square)


def parse_landmarks(content: bytes, file: Path) -> np.ndarray:
    """Reads the landmarks in pixels, the first pixel's centre at 0, `[68, 2]`.

    Args:
        content: What is in the file.
        file: What an error message begins with.

    Raises:
        FaultsError: Naming each line that is not a point.
        ConvoyError: When the file is not in the format.
    """
    try:
        lines = [line.strip() for line in content.decode("utf-8-sig").splitlines()]
    except UnicodeDecodeError:
        raise ConvoyError(f"{file}: not a text file") from None
    numbered = [(number, line) for number, line in enumerate(lines, start=1) if line]
    header = [line.replace(" ", "") for _, line in numbered[:3]]
    if header != ["version:1", f"n_points:{LANDMARKS}", "{"] or numbered[-1][1] != "}":
        raise ConvoyError(
            f"{file}: must be `version: 1`, `n_points: {LANDMARKS}`, then the points within braces"
        )
    points = list(
        gather(
            str(file),
            numbered[3:-1],
            lambda each: parse_point(each[1], f"{file}: line {each[0]}"),
        )
    )
    if len(points) != LANDMARKS:
        raise ConvoyError(f"{file}: {len(points)} points; must be {LANDMARKS}")
    if np.ptp(points, axis=0).max() == 0:
        raise ConvoyError(f"{file}: all points are the same")
    return np.array(points) - FIRST_PIXEL


def parse_point(line: str, place: str) -> tuple[float, float]:
    """Reads x and y.

    Raises:
        ConvoyError: When the line is not two finite numbers.
    """
    try:
        x, y = map(float, line.split())
    except ValueError:
        x = y = np.nan
    if not np.isfinite([x, y]).all():
        raise ConvoyError(f"{place}: {line!r} is not two numbers")
    return x, y


def refuse(file: Path) -> str | None:
    """Says why a file is neither an image nor one of points."""
    return None if file.suffix.lower() == POINTS else ImageSample.refuse(file)
