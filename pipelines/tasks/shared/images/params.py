"""The block `augment`, as far as it says how images are changed."""

from typing import Self

from pydantic import Field, PositiveInt, model_validator

from components.core.block import Block


class Flips(Block):
    """Which mirror images of an image are as good as the image itself.

    Attributes:
        horizontal_flip: Whether half of the images are mirrored left to right.
        vertical_flip: Whether half of the images are mirrored top to bottom.
    """

    horizontal_flip: bool = False
    vertical_flip: bool = False


class ImagePolicy(Flips):
    """Random, label-correct changes of an image; ranges are symmetric around "no change".

    Attributes:
        shift: Largest shift, as a fraction of the image's side.
        rotation: Largest rotation in degrees.
        scale: Largest change of scale: 0.1 means 0.9 to 1.1.
        crop: Largest share of each side cut away before scaling back to size.
        brightness: Largest change of brightness, as a fraction of the value range.
        contrast: Largest change of contrast: 0.1 means 0.9 to 1.1.
        blur: Largest standard deviation of a Gaussian blur, in pixels.
        noise: Largest standard deviation of Gaussian noise, as a fraction of the value range.
        cutout: Largest side of a grey square put on the image, as a fraction of its side.
        saturation: Largest change of how far colours are from grey: 0.1 means 0.9 to 1.1.
        tint: Largest change of red and of blue, as light of another colour makes it: 0.1 means 0.9
            to 1.1 of their values. Neither changes grey images.
    """

    shift: float = Field(0.0, ge=0, lt=1)
    rotation: float = Field(0.0, ge=0, le=180)
    scale: float = Field(0.0, ge=0, lt=1)
    crop: float = Field(0.0, ge=0, lt=1)
    brightness: float = Field(0.0, ge=0, le=1)
    contrast: float = Field(0.0, ge=0, lt=1)
    blur: float = Field(0.0, ge=0)
    noise: float = Field(0.0, ge=0, le=1)
    cutout: float = Field(0.0, ge=0, lt=1)
    saturation: float = Field(0.0, ge=0, le=1)
    tint: float = Field(0.0, ge=0, lt=1)


class WindowPolicy(ImagePolicy):
    """The same for networks that take images of any size.

    Attributes:
        window: Height and width of what is cut out of each changed image, at random; null takes
            all of it. Pixels stay as large as they are, so the network learns from details of the
            size that it will see. Of an image that `scale` made smaller than the window all is
            in it.
        copies, online: As the stage reads them.
    """

    window: tuple[PositiveInt, PositiveInt] | None = None
    copies: int = 0
    online: bool = False

    @model_validator(mode="after")
    def _cuts_online(self) -> Self:
        if self.window and (self.copies or not self.online):
            raise ValueError("window needs online: true and copies: 0; copies have one size")
        return self
