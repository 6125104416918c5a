"""The sky behind everything."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from components.ingest import portable
from components.ingest.draws import Rng
from components.ingest.sources.faces.textures import cut
from components.ingest.sources.scenes.colours import Colour, mix, scale
from components.ingest.sources.scenes.light import Light
from components.ingest.sources.scenes.view import View


def draw(rng: Rng, view: View, light: Light) -> NDArray[np.uint8]:
    """A gradient from the horizon up, with clouds; RGB `[height, width, 3]`."""
    rows = np.arange(view.height, dtype=np.float32)
    height = np.clip((view.horizon - rows) / (0.9 * view.height), 0, 1)
    up = portable.power(height, 0.7)[:, None, None]
    picture = rgb(light.haze) + up * (rgb(light.zenith) - rgb(light.haze))
    picture = np.broadcast_to(picture, (view.height, view.width, 3))
    if light.clouds:
        side = max(view.height, view.width)
        noise = cut(rng, "clouds", side)[: view.height, : view.width, None]
        cover = np.clip(0.5 * noise + np.float32(2.4 * light.clouds - 1.2), 0, 1)
        cloud = rgb(mix(light.haze, scale((1.0, 1.0, 1.0), sum(light.haze) / 2.8), 0.6))
        picture = picture + cover * (cloud - picture)
    return (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)


def rgb(colour: Colour) -> NDArray[np.float32]:
    """A colour as an array."""
    return np.array(colour, np.float32)
