"""From shapes to a picture: shadows, textures and haze, then fewer pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import ImageFilter

from components.ingest import portable
from components.ingest.draws import Rng
from components.ingest.sources.faces.textures import SIDE, cut, sheet
from components.ingest.sources.scenes.canvas import Canvas
from components.ingest.sources.scenes.surfaces import FLOOR_OF, ROUGHNESS_OF
from components.ingest.sources.scenes.view import Array

STAIN = 0.5  # strength of the stains beside that of the grain
FADE = 9.0  # metres after which the grain of the ground blurs


def finish(rng: Rng, canvas: Canvas) -> tuple[Array, NDArray[np.uint8]]:
    """The picture with all that is not drawn as shapes.

    Returns:
        Colours, float32 `[height, width, 3]`, about 0 to 1, and surfaces, `[height, width]`.
    """
    pixels = np.asarray(canvas.image)
    surfaces = pixels[..., 3]
    picture = pixels[..., :3].astype(np.float32) * np.float32(1 / 255)
    picture *= texture(rng, surfaces)[..., None]
    lay_floor(rng, canvas, picture, FLOOR_OF[surfaces])
    return picture, surfaces


def texture(rng: Rng, surfaces: NDArray[np.uint8]) -> Array:
    """A factor of brightness for each pixel."""
    height, width = surfaces.shape
    gain = np.ones((height, width), np.float32)
    for name, roughness in ROUGHNESS_OF.items():
        gain += roughness[surfaces] * cut(rng, name, max(height, width))[:height, :width]
    return gain


def lay_floor(rng: Rng, canvas: Canvas, picture: Array, roughness: Array) -> None:
    """Shadows, grain, stains and haze of the ground, all in perspective, in place."""
    light, floor = canvas.light, roughness > 0
    x, z, ahead = (values[floor] for values in canvas.view.floor())
    fine = sheet("grain")[texel(rng, x, 24), texel(rng, z, 24)] * (FADE / (FADE + ahead))
    coarse = sheet("clouds")[texel(rng, x, 9), texel(rng, z, 9)] * np.float32(STAIN)
    gain = 1 + roughness[floor] * (fine + coarse)
    shade = np.asarray(canvas.shadows.filter(ImageFilter.BoxBlur(1)))[floor] * np.float32(1 / 255)
    clear = portable.exp(ahead * np.float32(-1 / light.sight))
    for channel, (shaded, haze) in enumerate(zip(light.shaded(), light.haze, strict=True)):
        own = picture[..., channel][floor] * gain * (1 - shade * np.float32(1 - shaded))
        picture[..., channel][floor] = np.float32(haze) + clear * (own - np.float32(haze))


def texel(rng: Rng, metres: Array, density: float) -> NDArray[np.intp]:
    """Rows or columns of a texture with `density` pixels a metre, from a random place on."""
    cells = (np.clip(metres, -1e4, 1e4) * np.float32(density)).astype(np.intp)
    return (cells + rng.integers(SIDE)) & (SIDE - 1)


def halve(picture: Array) -> Array:
    """Every second pixel of both axes, as a weighted mean with its neighbours.

    The weights are (1, 2, 1) / 4 in each direction around the pixels of `mask_pixels`.
    """
    rows = (picture[:-2:2] + picture[2::2]) * np.float32(0.25) + picture[1::2] * np.float32(0.5)
    sides = (rows[:, :-2:2] + rows[:, 2::2]) * np.float32(0.25)
    return sides + rows[:, 1::2] * np.float32(0.5)


def mask_pixels(surfaces: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What is at the centre of each pixel of the picture."""
    return surfaces[1::2, 1::2]


def canvas_size(height: int, width: int) -> tuple[int, int]:
    """Height and width of the canvas for a picture of this size."""
    return 2 * height + 1, 2 * width + 1
