"""Random textures, made once and cut out at random places for each face."""

from __future__ import annotations

from functools import cache
from typing import Literal

import numpy as np
from scipy.ndimage import gaussian_filter

from components.ingest.draws import Rng, chance
from components.ingest.sources.faces.chart import Array

Texture = Literal["grain", "strands", "locks", "curls", "clouds"]
SIDE = 512
SMOOTHING = {
    "grain": (0.6, 0.6),
    "strands": (9.0, 0.9),
    "locks": (14.0, 3.0),
    "curls": (2.2, 2.2),
    "clouds": (14.0, 14.0),
}
"""Standard deviation of the blur down and across in pixels."""


@cache
def sheet(name: Texture) -> Array:
    """A whole texture, `[512, 512]`, of mean 0 and variance 1."""
    noise = np.random.default_rng(list(SMOOTHING).index(name)).normal(size=(SIDE, SIDE))
    smooth = gaussian_filter(noise, SMOOTHING[name], mode="wrap")
    return ((smooth - smooth.mean()) / smooth.std()).astype(np.float32)


def cut(rng: Rng, name: Texture, side: int) -> Array:
    """A random square of a texture, `[side, side]`, half of the time mirrored."""
    top, left = rng.integers(0, SIDE - side, size=2)
    tile = sheet(name)[top : top + side, left : left + side]
    return tile[:, ::-1] if chance(rng, 0.5) else tile
