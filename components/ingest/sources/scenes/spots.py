"""Places on the ground that are in the picture, for people and for what looks like them."""

from __future__ import annotations

from components.ingest.draws import Rng
from components.ingest.sources.scenes.view import View

TALL = 1.7
"""Metres by which a distance is told from a height in the picture."""
NEAREST = 2.0
LARGEST = 0.95


def spot(rng: Rng, view: View, smallest: float) -> tuple[float, float] | None:
    """Draws a place by the size in the picture of somebody who stands there.

    Args:
        rng: The source of randomness.
        view: The camera.
        smallest: The least height as a share of the picture's.

    Returns:
        x and z; None where that is too near or the camera looks over the head.
    """
    size = smallest * (LARGEST / smallest) ** (rng.random() ** 1.3)
    ahead = view.focal * TALL / (size * view.height)
    x, z = view.on_ground(view.width * rng.uniform(0.03, 0.97), ahead)
    chest = view.horizon + view.focal * (view.eye - 0.6 * TALL) / ahead
    return (x, z) if ahead >= NEAREST and chest < 0.97 * view.height else None
