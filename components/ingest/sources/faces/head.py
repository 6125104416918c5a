"""The surface of the head in three dimensions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from components.ingest.sources.faces import chart
from components.ingest.sources.faces.chart import Array, Bumps, both_sides
from components.ingest.sources.faces.layout import Layout
from components.ingest.sources.faces.traits import Expression, Shape

Height = TypeVar("Height", Array, NDArray[np.float64])


@dataclass(frozen=True)
class Head:
    """A unit sphere, displaced by `relief`, bent to a profile and stretched to size.

    Attributes:
        axes: Half of the head's width, height and depth in mm, `[3]`.
        taper: Share by which the head is narrower at the chin than between the eyes.
        relief: Distance of the surface from the centre, a map in units of the sphere.
    """

    axes: NDArray[np.float64]
    taper: float
    relief: Array

    def points(self, places: ArrayLike) -> NDArray[np.float64]:
        """Points of the surface in mm, `[n, 3]`, at chart coordinates, `[n, 2]`."""
        uv = np.asarray(places, dtype=float)
        x, y, z = (chart.lift(uv) * sample(self.relief, uv)[:, None]).T
        return np.stack([x * self.width(y), y, z + bend(y)], axis=1) * self.axes

    def gap(self, x: Array, y: Array, z: Array) -> tuple[Array, NDArray[np.intp]]:
        """How far points are from the surface, in the direction of the head's centre.

        Args:
            x: Their first coordinate over the head's first axis; y and z likewise.
            y: See x.
            z: See x.

        Returns:
            The distance in units of the sphere, and the flat index of the chart cell.
        """
        sx, sz = x / self.width(y), z - bend(y)
        radius = np.sqrt(sx * sx + y * y + sz * sz)
        per_unit = np.float32(chart.CELLS_PER_UNIT) / (np.float32(chart.VIEWPOINT) * radius + sz)
        middle = np.float32(chart.CELLS / 2)
        column = (sx * per_unit + middle).astype(np.intp)
        row = (y * per_unit + middle).astype(np.intp)
        cells = row * chart.CELLS + column
        return radius - self.relief.ravel()[cells], cells

    def width(self, y: Height) -> Height:
        """The factor of the head's width at height y, in units of the sphere."""
        return np.float32(1) + y * (np.float32(0.1) * y - np.float32(self.taper))

    def normals(self) -> tuple[Array, Array, Array]:
        """The surface's unit normals, three maps.

        On the sphere the normal is the direction less the relief's gradient; stretch and
        bend then turn it. The little that the taper turns it is left out.
        """
        dv, du = np.gradient(self.relief, np.float32(1 / chart.CELLS_PER_UNIT))
        du /= self.relief
        dv /= self.relief
        nx, ny, nz = (
            (s - du * across - dv * down) / np.float32(axis)
            for s, across, down, axis in zip(
                chart.DIRECTIONS, U_GRADIENT, V_GRADIENT, self.axes, strict=True
            )
        )
        ny -= nz * BEND_SLOPE * np.float32(self.axes[2] / self.axes[1])
        length = np.sqrt(nx * nx + ny * ny + nz * nz)
        return nx / length, ny / length, nz / length


def bend(y: Height) -> Height:
    """How far the head comes forward at height y, in units of the sphere: chin and crown."""
    return y * (np.float32(0.1) + np.float32(0.35) * y)


BEND_SLOPE = np.float32(0.1) + np.float32(0.7) * chart.DIRECTIONS[1]
"""The derivative of `bend` at each cell."""


def chart_gradient(axis: int) -> tuple[Array, Array, Array]:
    """The gradient of u (axis 0) or v (axis 1) on the unit sphere at each cell."""
    s = chart.DIRECTIONS
    depth = chart.VIEWPOINT + s[2]
    inward = s[axis] / depth**2
    gradient = [-inward * chart.VIEWPOINT * part for part in s]
    gradient[2] -= inward
    gradient[axis] += 1 / depth
    return gradient[0], gradient[1], gradient[2]


U_GRADIENT, V_GRADIENT = chart_gradient(0), chart_gradient(1)


def sample(values: Array, places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Interpolates a map bilinearly at chart coordinates, `[n, 2]`."""
    cells = (places + chart.LIMIT) * chart.CELLS_PER_UNIT - 0.5
    (j, i), (dj, di) = cells.astype(int).T, (cells % 1).T
    upper = values[i, j] * (1 - dj) + values[i, j + 1] * dj
    lower = values[i + 1, j] * (1 - dj) + values[i + 1, j + 1] * dj
    return upper * (1 - di) + lower * di


def build(shape: Shape, expression: Expression, layout: Layout) -> Head:
    """Models the bare head of this build with this expression.

    Places and heights of the bumps, in mm, were set by eye and so that the 15 points of
    turned heads move as on photographs.
    """
    table = (
        nose(shape) + mouth(shape, layout) + sockets(shape, expression) + bones(shape, expression)
    )
    relief = 1 + chart.bumps(table) / np.float32(chart.SEMI_AXES[2])
    axes = chart.SEMI_AXES * [shape.width, shape.height, shape.depth]
    return Head(axes, shape.taper, relief)


def nose(shape: Shape) -> Bumps:
    """Bridge, ridge, tip and wings."""
    tip, wide, high = shape.nose_length, shape.nose_width, shape.nose_height
    return [
        [0, tip - 24, 7 * wide, 11, 7 * high],
        [0, tip - 11, 7.5 * wide, 9, 10 * high],
        [0, tip, 7.5 * wide, 6, 12 * high],
        *both_sides([[10 * wide, tip + 3, 5 * wide, 4.5, 6]]),
        [0, tip + 12, 10, 4, -2],
    ]


def mouth(shape: Shape, layout: Layout) -> Bumps:
    """The mound of the teeth, the corners, the lips, the groove under them and the chin."""
    lips = layout.mouth
    top, bottom, half = lips.top[6, 1], lips.bottom[6, 1], lips.top[-1, 0]
    return [
        [0, shape.mouth_height, 20, 15, 4],
        *both_sides([[half + 2, shape.mouth_height, 8, 8, -6]]),
        [0, top + 2.5, half * 0.55, 3, 5],
        [0, bottom - 3, half * 0.5, 3.5, 4.5],
        [0, lips.center[1], half * 0.8, 1.5 + lips.gap / 3, -4],
        [0, bottom + 6, 14, 4, -3.5],
        [0, 98 + 0.1 * lips.gap, 17, 9, 9 * shape.chin + 0.5 * lips.gap],
        [0, 108, 40, 10, 0.5 * lips.gap],
    ]


def sockets(shape: Shape, expression: Expression) -> Bumps:
    """Eye sockets, eyeballs and the ridge of the brows."""
    x = shape.eye_spacing
    left: Bumps = [
        [x - 1, 2, 16, 8.5, -8],
        [x, 0.5, 10, 6.5, 5],
        [15, 1, 5, 8, -4],
        [44, 2, 7, 8, 2],
        [x - 3, -17, 17, 5, 4],
        [53, -14, 13, 9, 9],
    ]
    return [*both_sides(left), [0, -17, 10, 8, 4 + 0.5 * expression.frown]]


def bones(shape: Shape, expression: Expression) -> Bumps:
    """Forehead, cheeks, which a smile lifts, temples, jaw and ears."""
    smile = max(0.0, expression.smile)
    left: Bumps = [
        [42 - 5 * smile, 27 + 3 * smile, 13, 11, 4.5 + 2 * smile],
        [30, 50, 13, 16, 4 * shape.cheek],
        [50, 62, 9, 16, 2 * shape.cheek],
        [62, -40, 9, 16, -3],
        [74.9, 8, 6, 18, 11 * shape.ears],
    ]
    return [*both_sides(left), [0, -48, 36, 20, 4]]
