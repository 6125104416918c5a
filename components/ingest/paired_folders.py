"""Reads folders of images and folders of masks with the same names, whatever masks mean.

`images/a.jpg` goes with `masks/a.png`, or with a mask of another format that keeps the values of
pixels. Both folders may lie in `train`, `val` and `test` folders, which then are the splits; those
that are absent are carved out of `train`.
"""

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from glob import escape
from pathlib import Path
from typing import Any, ClassVar, Literal

from components.core.errors import ConvoyError
from components.core.faults import gather, stop_at
from components.core.split_names import REMEDY, is_split
from components.core.table import SPLITS, Record
from components.core.walking import list_folder, walk
from components.ingest.sources import base
from components.samples.image import ImageSample

BESIDE = "beside images and masks"

IMAGE_NAMES = ("images", "image", "imgs", "img", "jpegimages")
"""What folders of images are called, in small letters, the customary names first."""

Pair = tuple[str | None, Path, Path | None]
"""A split, an image and its mask; None where there is none."""


class PairedSource(base.FileSource):
    """Image files, each with a mask.

    Attributes:
        image_names: What folders of images are called, as `IMAGE_NAMES`.
        mask_names: What folders of masks are called, likewise.
        images: The name of the folders of images.
        masks: The name of the folders of masks.
        mask_suffix: What a mask's name has after the image's: `_L` for `a_L.png`.
        test_from: `val` takes the images in `val` for testing; those for validation are then
            carved out of `train`.
    """

    image_names: ClassVar[Sequence[str]] = IMAGE_NAMES
    mask_names: ClassVar[Sequence[str]]

    images: str = "images"
    masks: str = "masks"
    mask_suffix: str = ""
    test_from: Literal["val"] | None = None

    @classmethod
    def recognise(cls, path: Path) -> Mapping[str, Any] | None:
        """A folder with one of images and one of masks, within folders of splits or not."""
        if not path.is_dir():
            return None
        below = [each.path for each in list_folder(path, path) if each.is_folder]
        holders = [each for each in below if each.name in SPLITS] or [path]
        names = find_pair(holders[0], cls.image_names, cls.mask_names)
        if names is None:
            return None
        suffix = find_suffix(*(holders[0] / name for name in names))
        return {"path": path, "images": names[0], "masks": names[1], "mask_suffix": suffix}

    def read(self) -> Iterator[Record]:
        """Yields the images of each folder in alphabetical order, with what their masks say.

        Raises:
            FaultsError: Naming each mask that has no image, a second mask of an image and a
                second image of a mask; or else each file that cannot be read, and each mask that
                is of a format that changes values or is otherwise wrong.
            ConvoyError: When the folders are not as they should be.
        """
        pairs: list[Pair] = []
        faults: list[str] = []
        for split, folder in self._folders():
            masks, wrong = self._find_masks(folder)
            files = self._list(folder, self.images)
            pairs += [(split, file, masks.get(self._mask_of(file, folder))) for file in files]
            faults += wrong
        faults += find_shared(pairs)
        stop_at(str(self.path), faults)
        yield from gather(str(self.path), pairs, self._read_pair)

    @abstractmethod
    def read_labels(self, image: Path, sample: bytes, mask: Path | None) -> Mapping[str, Any]:
        """The label columns of an image.

        Args:
            image: Its file.
            sample: What is in it.
            mask: The file of its mask; None where there is none.

        Raises:
            ConvoyError: When they cannot be read.
        """

    def missing_splits(self) -> Sequence[str]:
        """The splits without a folder, when others have one."""
        found = {split for split, _ in self._folders()}
        return [] if found == {None} else [name for name in SPLITS[1:] if name not in found]

    def _read_pair(self, pair: Pair) -> Record:
        split, image, mask = pair
        sample = self.read_sample(image)
        return Record(sample, self.name(image), self.read_labels(image, sample, mask), split)

    def _find_masks(self, folder: Path) -> tuple[dict[Path, Path], list[str]]:
        """The masks by their paths without endings, and which are too many."""
        images = {self._mask_of(file, folder) for file in self._list(folder, self.images)}
        masks: dict[Path, Path] = {}
        faults = []
        for file in self._list(folder, self.masks):
            if (other := masks.setdefault(file.with_suffix(""), file)) != file:
                faults.append(f"{file}: a second mask beside {other.name}; must be 1")
            elif file.with_suffix("") not in images:
                faults.append(f"{file}: no image of this name in {folder / self.images}")
        return masks, faults

    def _list(self, folder: Path, name: str) -> list[Path]:
        if not (folder / name).is_dir():
            told = f"; {REMEDY}" if any(is_split(each.name) for each in folder.iterdir()) else ""
            raise ConvoyError(f"{folder / name}: not a folder{told}")
        return self.files(folder / name)

    def _mask_of(self, image: Path, folder: Path) -> Path:
        """The path of the mask of an image, without its ending."""
        below = image.relative_to(folder / self.images)
        return folder / self.masks / below.with_name(image.stem + self.mask_suffix)

    def _folders(self) -> list[tuple[str | None, Path]]:
        """The folders that hold images and masks, each with its split."""
        found, beside = self.entries(self.path)
        folders = {folder.name: folder for folder in found}
        if self.test_from and (self.test_from not in folders or "test" in folders):
            raise ConvoyError(f"{self.path}: test_from needs a folder val and none that is test")
        if folders.keys().isdisjoint(SPLITS):
            self._leave_out_beside(self.path)
            return [(None, self.path)]
        if unknown := sorted(folders.keys() - SPLITS):
            raise ConvoyError(
                f"{self.path / unknown[0]}: not a split; where one folder is a split, "
                f"all must be: {', '.join(SPLITS)}"
            )
        for file in beside:
            self.leave_out(file, BESIDE)
        for folder in found:
            self._leave_out_beside(folder)
        return [
            ("test" if name == self.test_from else name, folder) for name, folder in folders.items()
        ]

    def _leave_out_beside(self, folder: Path) -> None:
        folders, files = self.entries(folder)
        for path in (*folders, *files):
            if path.name not in (self.images, self.masks):
                self.leave_out(path, BESIDE)


def find_pair(
    folder: Path, image_names: Sequence[str], mask_names: Sequence[str]
) -> tuple[str, str] | None:
    """The names of the folders of images and of masks in a folder, if both are there."""
    folders = [each.path for each in list_folder(folder, folder) if each.is_folder]
    named = {each.name.lower(): each for each in folders}
    images, masks = (
        next((named[name] for name in names if name in named and _first(named[name])), None)
        for names in (image_names, mask_names)
    )
    return None if images is None or masks is None else (images.name, masks.name)


def find_suffix(images: Path, masks: Path) -> str:
    """What the name of the first image's mask has after the image's; nothing if that is unclear."""
    stem = "" if (image := _first(images)) is None else image.stem
    named = {each.stem for each in masks.rglob(f"{escape(stem)}*")}
    rests = sorted((name.removeprefix(stem) for name in named), key=len)
    return rests[0] if rests else ""


def _first(folder: Path) -> Path | None:
    """The first image in a folder or below it."""
    found = walk(folder, folder, ImageSample.refuse)
    return next((each.path for each in found if not each.reason), None)


def find_shared(pairs: Iterable[Pair]) -> list[str]:
    """A fault for each image whose mask another one has: they differ in their endings only."""
    first: dict[Path, Path] = {}
    return [
        f"{image}: a second image beside {other.name} for the mask {mask}; must be 1"
        for _, image, mask in pairs
        if mask is not None and (other := first.setdefault(mask, image)) != image
    ]
