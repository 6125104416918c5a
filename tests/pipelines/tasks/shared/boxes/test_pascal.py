"""Pascal VOC's average precision, against the reference of its authors' tools."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pipelines.tasks.shared.boxes.objects import Found, Truth
from pipelines.tasks.shared.boxes.pascal import find_curve, mean_precisions

DATA = os.environ.get("CONVOY_DATA")
NONE = np.zeros(0, bool)


def truth(*boxes: tuple[float, ...], ignored: tuple[bool, ...] = ()) -> Truth:
    rows = np.array(boxes, np.float64).reshape(-1, 4)
    flags = np.array(ignored or (False,) * len(rows), bool)
    return Truth(rows, np.zeros(len(rows), np.int64), flags, np.zeros(len(rows), bool))


def found(*boxes: tuple[float, ...]) -> Found:
    """Boxes with their scores in front."""
    rows = np.array(boxes, np.float64).reshape(-1, 5)
    return Found(rows[:, 1:], rows[:, 0], np.zeros(len(rows), np.int64))


def test_precision_and_recall_by_hand() -> None:
    """Right, false, right of three: precision 1, 1/2, 2/3; recall 1/3, 1/3, 2/3."""
    truths = [truth((0, 0, 10, 10), (20, 0, 30, 10)), truth((0, 0, 10, 10))]
    founds = [found((0.9, 0, 0, 10, 10), (0.8, 40, 0, 50, 10)), found((0.7, 0, 0, 10, 9))]
    curve = find_curve(truths, founds, 0)
    assert curve is not None
    np.testing.assert_allclose(curve.precision, [1, 1 / 2, 2 / 3])
    np.testing.assert_allclose(curve.recall, [1 / 3, 1 / 3, 2 / 3])
    assert curve.every_point() == pytest.approx(1 / 3 + 2 / 9)
    assert curve.eleven_points() == pytest.approx((4 * 1 + 3 * 2 / 3) / 11)


def test_the_second_box_of_one_object_is_false() -> None:
    curve = find_curve([truth((0, 0, 9, 9))], [found((0.9, 0, 0, 9, 9), (0.8, 0, 0, 9, 8))], 0)
    assert curve is not None
    np.testing.assert_allclose(curve.precision, [1, 1 / 2])


def test_what_is_difficult_counts_neither_way() -> None:
    truths = [truth((0, 0, 9, 9), (20, 0, 29, 9), ignored=(True, False))]
    curve = find_curve(truths, [found((0.9, 0, 0, 9, 9), (0.8, 20, 0, 29, 9))], 0)
    assert curve is not None
    assert curve.every_point() == 1
    assert find_curve([truth((0, 0, 9, 9), ignored=(True,))], [found()], 0) is None


def test_a_class_without_truth_is_left_out_of_means() -> None:
    truths, founds = [truth((0, 0, 9, 9))], [found((0.5, 0, 0, 9, 9))]
    assert mean_precisions(truths, founds, 3) == {"pascal_ap50": 1, "pascal_11_point_ap50": 1}
    assert mean_precisions([truth()], founds, 1) == {}


def read_reference(folder: Path) -> Iterator[tuple[Truth, Found]]:
    """Truths as label, x, y, width and height; found ones with a score after the label."""
    for file in sorted(folder.glob("groundtruths/*.txt")):
        known = [line.split()[1:] for line in file.read_text().splitlines()]
        told = [
            line.split()[1:]
            for line in (folder / "detections" / file.name).read_text().splitlines()
        ]
        boxes = [(x, y, x + w, y + h) for x, y, w, h in ([float(v) for v in row] for row in known)]
        rows = ([float(v) for v in row] for row in told)
        yield truth(*boxes), found(*((s, x, y, x + w, y + h) for s, x, y, w, h in rows))


@pytest.mark.skipif(DATA is None, reason="CONVOY_DATA is not set")
@pytest.mark.parametrize(
    ("overlap", "every", "eleven"),
    [
        (0.1, 0.3371980676, None),
        (0.3, 0.2456866804, 0.2683982683),
        (0.5, 0.0222222222, 0.0303030303),
        (0.75, 0.0, 0.0),
    ],
)
def test_the_reference_of_object_detection_metrics(
    overlap: float, every: float, eleven: float | None
) -> None:
    folder = Path(str(DATA)) / "map-reference/Object-Detection-Metrics"
    truths, founds = zip(*read_reference(folder), strict=True)
    curve = find_curve(truths, founds, 0, overlap, pixel=1)
    assert curve is not None
    assert curve.every_point() == pytest.approx(every, abs=1e-9)
    if eleven is not None:
        assert curve.eleven_points() == pytest.approx(eleven, abs=1e-9)
