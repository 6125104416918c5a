"""Test-time augmentation, with models that are known exactly."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from components.core.parts import Evaluation, Prediction, Row
from pipelines.tasks.keypoints import TASK
from pipelines.tasks.keypoints.test_time import (
    VIEWS,
    AveragedBeside,
    View,
    average_predictions,
    undo_view,
)
from pipelines.tasks.shared.images.geometry import Warp
from tests.pipelines.tasks.keypoints.faces import SIZE, points, to_features
from tests.specs import make_spec

PLAIN = View()


def encode(pixels: np.ndarray, kind: str = "PNG") -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, kind)
    return stream.getvalue()


def decode(image: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(image)))


def unchanged(outputs: Prediction, view: View, sizes: np.ndarray) -> Prediction:
    return outputs


def test_a_view_is_mirrored_then_shifted() -> None:
    pixels = np.arange(12, dtype=np.uint8).reshape(3, 4, 1)
    view = View(mirrored=True, right=0.25, down=-1 / 3)
    expected = [[7, 7, 6, 5], [11, 11, 10, 9], [11, 11, 10, 9]]
    np.testing.assert_array_equal(view.apply(pixels)[..., 0], expected)
    np.testing.assert_array_equal(view.shifts(np.array([[4, 3], [8, 6]])), [[1, -1], [2, -2]])


def test_the_views_are_ten_and_balanced() -> None:
    assert len(set(VIEWS)) == 10
    assert VIEWS[0] == PLAIN
    assert sum(view.right for view in VIEWS) == sum(view.down for view in VIEWS) == 0
    assert sum(view.mirrored for view in VIEWS) == 5


def test_a_model_sees_every_view_of_every_image() -> None:
    generator = np.random.default_rng(0)
    images = [generator.integers(0, 256, (50, 60, 3), np.uint8), np.zeros((7, 9), np.uint8)]
    seen: list[list[np.ndarray]] = []

    def predict(batch: Sequence[bytes]) -> Prediction:
        seen.append([decode(image) for image in batch])
        return {"mean": np.array([decode(image).mean() for image in batch])}

    averaged = average_predictions(predict, [encode(image) for image in images], unchanged)
    expected = [np.mean([view.apply(image).mean() for view in VIEWS]) for image in images]
    np.testing.assert_allclose(averaged["mean"], expected)
    for view, (first, second) in zip(VIEWS, seen, strict=True):
        np.testing.assert_array_equal(first, view.apply(images[0]))
        assert second.shape == (7, 9)


def test_jpeg_images_are_taken_too() -> None:
    image = encode(np.full((8, 8, 3), 100, np.uint8), "JPEG")
    averaged = average_predictions(
        lambda batch: {"mean": np.array([decode(one).mean() for one in batch])}, [image], unchanged
    )
    assert averaged["mean"] == pytest.approx(100, abs=1)


def brightest(batch: Sequence[bytes]) -> Prediction:
    """A model that puts every left point on the left half's brightest pixel, and so on."""
    keypoints = np.zeros((len(batch), 15, 2), np.float32)
    for row, image in enumerate(batch):
        pixels = decode(image)
        spots = np.argwhere(pixels > 100)[:, ::-1]
        right, left = spots[spots[:, 0].argsort()]  # the subject's right is at the smaller x
        keypoints[row, 0], keypoints[row, 1] = left, right
        keypoints[row, 10] = (left + right) / 2
    return {"keypoints": keypoints}


class Mean(Evaluation):
    """The mean of an output."""

    def __init__(self) -> None:
        self.total, self.count = 0.0, 0

    def update(self, rows: Sequence[Row], outputs: Prediction) -> None:
        self.total, self.count = self.total + outputs["x"].sum(), self.count + len(rows)

    def metrics(self) -> dict[str, float]:
        return {"mean": self.total / self.count, "mean/x": 0.0}

    def report(self, folder: Path) -> None:
        (folder / "mean.txt").write_text(str(self.total))


def test_both_metrics_are_told_and_the_plain_report_is_written(tmp_path: Path) -> None:
    beside = AveragedBeside(Mean(), Mean(), lambda images: {"x": np.array([len(images[0]), 8.0])})
    beside.update([{"image": b"123456"}, {"image": b""}], {"x": np.array([1.0, 2.0])})
    expected = {"mean": 1.5, "mean/x": 0.0, "tta_mean": 7.0, "tta_mean/x": 0.0}
    assert beside.metrics() == expected
    beside.report(tmp_path)
    assert (tmp_path / "mean.txt").read_text() == "3.0"


def test_each_is_tuned_on_predictions_of_its_kind(tmp_path: Path) -> None:
    class Tuned(Mean):
        needs_validation = True
        other: Evaluation

        def tune(self, validation: Evaluation) -> None:
            self.other = validation

        def explain(self, model: Path, folder: Path) -> None:
            (folder / "explained.txt").write_text(model.name)

    beside, validation = (AveragedBeside(Tuned(), Tuned(), lambda images: {}) for _ in range(2))
    assert beside.needs_validation
    beside.tune(validation)
    assert beside.plain.other is validation.plain
    assert beside.averaged.other is validation.averaged
    beside.explain(Path("model"), tmp_path)
    assert (tmp_path / "explained.txt").read_text() == "model"


def test_points_come_back_to_where_they_are() -> None:
    """A model that is right on every view is right on the average: views are undone exactly."""
    images, expected = [], []
    for left, right in (((70, 30), (20, 40)), ((99, 10), (60, 25))):
        pixels = np.zeros((80, 128), np.uint8)
        pixels[left[1], left[0]] = pixels[right[1], right[0]] = 255
        images.append(encode(pixels))
        expected.append([left, right, np.add(left, right) / 2])
    averaged = average_predictions(brightest, images)
    np.testing.assert_allclose(averaged["keypoints"][:, [0, 1, 10]], expected)


def test_an_error_to_one_side_averages_out() -> None:
    """What is off to the right in the image is off to the left in the mirror image."""

    def biased(batch: Sequence[bytes]) -> Prediction:
        return {"keypoints": brightest(batch)["keypoints"] + np.array([3.0, 0.0])}

    pixels = np.zeros((80, 128), np.uint8)
    pixels[30, 70] = pixels[40, 20] = 255
    averaged = average_predictions(biased, [encode(pixels)])
    np.testing.assert_allclose(averaged["keypoints"][0, :2], [[70, 30], [20, 40]])


@pytest.mark.parametrize("view", [View(), View(True), View(True, 0.1, -0.2), View(False, -0.1)])
def test_undoing_a_view_is_the_inverse_of_looking_at_it(view: View) -> None:
    """The points of the view by the same rules as in augmentation."""
    found = points(2, share=0)
    sizes = np.array([SIZE[::-1]] * 2)
    right, down = view.shifts(sizes)[0]
    sign, origin = (-1.0, SIZE[1] - 1.0) if view.mirrored else (1.0, 0.0)
    matrix = tf.constant([[[sign, 0, origin + right], [0, 1, down], [0, 0, 1]]] * 2, tf.float32)
    warp = Warp(matrix, tf.fill((2,), view.mirrored), SIZE)
    spec = make_spec(TASK)
    seen = spec.augmentation.move({"keypoints": tf.constant(to_features(found))}, warp)
    served = spec.learning.serve(seen["keypoints"], tf.constant([SIZE] * 2))["keypoints"].numpy()
    undone = undo_view({"keypoints": served}, view, sizes)["keypoints"]
    np.testing.assert_allclose(undone, found, atol=1e-3)
