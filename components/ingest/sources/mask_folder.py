"""A folder of images and a folder of masks with the same names, as in CamVid's distribution.

`images/a.jpg` goes with `masks/a.png`. Both folders may lie in `train`, `val` and `test`
folders, which then are the splits; those that are absent are carved out of `train`.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator

from components.core.errors import ConvoyError
from components.core.masks import Colour, read_mask
from components.core.table import SPLITS, Record
from components.ingest.sources import base
from components.ingest.sources.image_folder import list_folders, list_images

Byte = Annotated[int, Field(ge=0, le=255)]


class Source(base.FileSource):
    """Image files, each with a mask of class indices or colours.

    Attributes:
        images: The name of the folders of images.
        masks: The name of the folders of masks.
        mask_suffix: What a mask's name has after the image's: `_L` for `a_L.png`.
        colours: The colour of each class as red, green and blue, in the order of the class
            indices, and that of void, if any, at the position that `checks.void` gives;
            null for masks whose pixels are indices.
        test_from: `val` takes the images in `val` for testing; those for validation are then
            carved out of `train`.
    """

    images: str = "images"
    masks: str = "masks"
    mask_suffix: str = ""
    colours: dict[str, tuple[Byte, Byte, Byte]] | None = Field(None, min_length=2, max_length=256)
    test_from: Literal["val"] | None = None

    @field_validator("colours")
    @classmethod
    def _differ(cls, colours: Mapping[str, Colour] | None) -> Mapping[str, Colour] | None:
        by_colour: dict[Colour, str] = {}
        for name, colour in (colours or {}).items():
            if (other := by_colour.setdefault(colour, name)) != name:
                raise ValueError(f"{other} and {name} have the same colour {colour}")
        return colours

    def read(self) -> Iterator[Record]:
        """Yields the images of each folder in alphabetical order, with `mask`.

        A missing mask is None; validation names it together with all others.

        Raises:
            ConvoyError: When the folders are not as they should be, a mask has no image, or
                has a colour that is not in the table.
        """
        for split, folder in self._folders():
            masks = self._find_masks(folder)
            for file, mask in masks.items():
                yield Record(
                    sample=self.read_sample(file),
                    path=file.relative_to(self.path).as_posix(),
                    labels={"mask": self._read(mask)},
                    split=split,
                )

    def missing_splits(self) -> Sequence[str]:
        """The splits without a folder, when others have one."""
        found = {split for split, _ in self._folders()}
        return [] if found == {None} else [name for name in SPLITS[1:] if name not in found]

    def _read(self, mask: Path) -> bytes | None:
        if not mask.is_file() or not self.keep([mask]):
            return None
        return read_mask(self.read_sample(mask), str(mask), self.colours)

    def _find_masks(self, folder: Path) -> dict[Path, Path]:
        """The place of the mask of each image, whether there is one or not."""
        for name in (self.images, self.masks):
            if not (folder / name).is_dir():
                raise ConvoyError(f"{folder / name}: not a folder")
        images = self.keep(list_images(folder / self.images))
        places = {file: self._mask_of(file, folder) for file in images}
        masks = self.keep(list_images(folder / self.masks))
        if alone := sorted(set(masks).difference(places.values())):
            raise ConvoyError(f"{alone[0]}: no image of this name in {folder / self.images}")
        return places

    def _mask_of(self, image: Path, folder: Path) -> Path:
        below = image.relative_to(folder / self.images)
        return folder / self.masks / below.with_name(f"{image.stem}{self.mask_suffix}.png")

    def _folders(self) -> list[tuple[str | None, Path]]:
        """The folders that hold images and masks, each with its split."""
        folders = {folder.name: folder for folder in self.keep(list_folders(self.path))}
        if self.test_from and (self.test_from not in folders or "test" in folders):
            raise ConvoyError(f"{self.path}: test_from needs a folder val and none that is test")
        if folders.keys().isdisjoint(SPLITS):
            return [(None, self.path)]
        if unknown := sorted(folders.keys() - SPLITS):
            raise ConvoyError(
                f"{self.path / unknown[0]}: not a split; where one folder is a split, "
                f"all must be: {', '.join(SPLITS)}"
            )
        return [
            ("test" if name == self.test_from else name, folder) for name, folder in folders.items()
        ]
