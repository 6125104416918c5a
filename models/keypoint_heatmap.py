"""A fully convolutional network that finds each keypoint in a heat map of its own.

`keypoint_specialists` are made of the same network, which is why it lies in `shared`.
"""

from models.shared.heatmaps import heatmap_network as build

__all__ = ["PUBLISHED", "build"]

PUBLISHED = ((96, 96, 1), 30)
