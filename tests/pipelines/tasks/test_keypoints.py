"""The task of keypoints: its coordinates, from the table to the overlay."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from google.protobuf import text_format
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from tensorflow_metadata.proto.v0 import schema_pb2

from components.augment.geometry import Warp, sample_warp
from components.augment.params import AugmentParams
from components.augment.policy import DRAWS
from components.core.errors import ConvoyError
from components.core.facial_points import COLUMNS, KEYPOINTS, MIRROR_PAIRS
from components.evaluate.test_time import VIEWS, View
from components.prepare.params import PrepareParams
from components.prepare.preprocessing import decode_images
from components.train.losses import MaskedEuclidean, MaskedMeanSquaredError
from pipelines.params import check_block
from pipelines.tasks.keypoints import TASK, KeypointsParams, to_pixels, to_unit

SIZE = (60, 80)  # height and width
BLOCK = {
    "task": "pipelines/tasks/keypoints.py",
    "source": {"kind": "rendered_faces", "path": "faces"},
    "checks": {},
    "prepare": {"height": 96, "width": 96, "channels": 1},
    "augment": {},
    "train": {"model": "keypoint_heatmap", "epochs": 1},
    "evaluate": {},
    "gate": {"thresholds": {"mean_pixel_error": {"max": 1.4}}},
}
PLAN = {"rotation": 20, "scale": 0.2, "shift": 0.1, "crop": 0.1, "horizontal_flip": True}


def params(**blocks: dict) -> KeypointsParams:
    changed = {name: {**BLOCK[name], **block} for name, block in blocks.items()}
    checked = check_block("keypoints", BLOCK | changed, KeypointsParams)
    assert isinstance(checked, KeypointsParams)
    return checked


def points(count: int = 3, seed: int = 0, share: float = 0.2) -> np.ndarray:
    """Points in pixels of an image of 80x60, some missing, `[count, 15, 2]`."""
    generator = np.random.default_rng(seed)
    found = generator.uniform((0, 0), (79, 59), (count, 15, 2)).astype(np.float32)
    found[generator.random((count, 15)) < share] = np.nan
    return found


def preprocess(found: np.ndarray, size: tuple[int, int] = SIZE) -> np.ndarray:
    count = len(found)
    inputs = {
        "keypoints": tf.constant(found.reshape(count, -1)),
        "height": tf.fill((count, 1), tf.constant(size[0], tf.int64)),
        "width": tf.fill((count, 1), tf.constant(size[1], tf.int64)),
    }
    return TASK.preprocess_labels(inputs, params())["keypoints"].numpy()


def make_warp(seed: int, count: int, plan: dict, size: tuple[int, int] = SIZE) -> Warp:
    values = np.random.default_rng(seed).uniform(-1, 1, (len(DRAWS), count)).astype(np.float32)
    draws = dict(zip(DRAWS, map(tf.constant, values), strict=True))
    return sample_warp(draws, AugmentParams(**plan), size)


@given(st.floats(-10, 200), st.integers(1, 300))
def test_scales_are_inverse(x: float, width: int) -> None:
    assert to_pixels(to_unit(x, width), width) == pytest.approx(x, abs=1e-9)


def test_the_unit_square_is_the_image_with_its_edges() -> None:
    corners = np.array([[-0.5, -0.5], [95.5, 63.5], [47.5, 31.5]])
    np.testing.assert_array_equal(to_unit(corners, (96, 64)), [[-1, -1], [1, 1], [0, 0]])


def test_a_dot_stays_in_place_when_the_image_is_resized() -> None:
    rows, columns = np.indices((60, 90))
    x, y = 30.3, 20.6
    dot = 255 * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * 6.0**2))
    encoded = tf.io.encode_png(np.round(dot)[..., None].astype(np.uint8))
    prepare = PrepareParams(height=96, width=48, channels=1)
    pixels = decode_images(encoded[None], prepare)[0, ..., 0].numpy().astype(float)
    found = [(pixels.sum(axis) @ np.arange(n)) / pixels.sum() for axis, n in ((0, 48), (1, 96))]
    units = to_unit(np.array([x, y]), (90, 60))
    assert found == pytest.approx(to_pixels(units, (48, 96)), abs=0.1)


def test_labels_are_scaled_by_the_image_as_it_came() -> None:
    found = points()
    units = preprocess(found)
    assert (units.shape, units.dtype) == ((3, 30), np.float32)
    expected = np.stack([(found[..., 0] + 0.5) / 40 - 1, (found[..., 1] + 0.5) / 30 - 1], -1)
    np.testing.assert_allclose(units.reshape(expected.shape), expected, atol=1e-6)
    np.testing.assert_array_equal(np.isnan(units), np.isnan(found.reshape(3, -1)))


def test_serving_undoes_preprocessing() -> None:
    found = points(share=0)
    sizes = tf.constant([SIZE] * 3)
    served = TASK.serve(tf.constant(preprocess(found)), sizes)["keypoints"]
    assert served.dtype == tf.float32
    np.testing.assert_allclose(served, found, atol=1e-4)


def test_images_of_a_batch_have_their_own_sizes() -> None:
    served = TASK.serve(tf.zeros((2, 30)), tf.constant([[10, 20], [31, 7]]))["keypoints"].numpy()
    np.testing.assert_array_equal(served[:, 4], [[9.5, 4.5], [3, 15]])


@settings(max_examples=20)
@given(st.integers(0, 1000))
def test_labels_move_along_with_the_image(seed: int) -> None:
    """A flipped face is found by the names that its points have in the new picture."""
    found = points(4, seed)
    warp = make_warp(seed, 4, PLAN)
    labels = {"keypoints": tf.constant(preprocess(found)), "other": tf.zeros(4)}
    warped = TASK.warp_labels(labels, warp)
    assert warped["other"] is labels["other"]
    moved = to_pixels(warped["keypoints"].numpy().reshape(4, 15, 2), SIZE[::-1])
    expected = warp.points(tf.constant(found)).numpy()
    for row in np.flatnonzero(warp.mirrored):
        for left, right in MIRROR_PAIRS:
            expected[row, [left, right]] = expected[row, [right, left]]
    np.testing.assert_allclose(moved, expected, atol=1e-3)


def test_a_mirrored_face_keeps_left_at_the_larger_x() -> None:
    found = points(1, share=0)
    for left, right in MIRROR_PAIRS:
        found[0, left, 0], found[0, right, 0] = 60, 10
    mirror = Warp(tf.constant([[[-1.0, 0, 79], [0, 1, 0], [0, 0, 1]]]), tf.constant([True]), SIZE)
    once = TASK.warp_labels({"keypoints": tf.constant(preprocess(found))}, mirror)
    moved = to_pixels(once["keypoints"].numpy().reshape(15, 2), SIZE[::-1])
    for left, right in MIRROR_PAIRS:
        assert (moved[left, 0], moved[right, 0]) == pytest.approx((69, 19), abs=1e-3)
    twice = TASK.warp_labels(once, mirror)["keypoints"].numpy()
    np.testing.assert_allclose(twice, preprocess(found), atol=1e-6)


@pytest.mark.parametrize("view", [View(), View(True), View(True, 0.1, -0.2), View(False, -0.1)])
def test_undoing_a_view_is_the_inverse_of_looking_at_it(view: View) -> None:
    """The points of the view by the same rules as in augmentation."""
    found = points(2, share=0)
    sizes = np.array([SIZE[::-1]] * 2)
    right, down = view.shifts(sizes)[0]
    sign, origin = (-1.0, SIZE[1] - 1.0) if view.mirrored else (1.0, 0.0)
    matrix = tf.constant([[[sign, 0, origin + right], [0, 1, down], [0, 0, 1]]] * 2, tf.float32)
    warp = Warp(matrix, tf.fill((2,), view.mirrored), SIZE)
    seen = TASK.warp_labels({"keypoints": tf.constant(preprocess(found))}, warp)
    served = TASK.serve(seen["keypoints"], tf.constant([SIZE] * 2))["keypoints"].numpy()
    undone = TASK.undo_view({"keypoints": served}, view, sizes)["keypoints"]
    np.testing.assert_allclose(undone, found, atol=1e-3)


def test_a_row_of_a_table() -> None:
    found = points(1, share=0)[0]
    row = TASK.describe({"keypoints": found}, ())
    assert tuple(row) == COLUMNS
    assert row["nose_tip_x"] == round(float(found[KEYPOINTS.index("nose_tip"), 0]), 2)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_pictures_show_the_points(mode: str) -> None:
    image, found = Image.new(mode, (80, 60), 90), points(1)
    drawn = TASK.draw(image, {"keypoints": found[0]}, ())
    assert (drawn.mode, drawn.size) == ("RGB", (480, 360))
    labels = TASK.draw_labels(image, {"keypoints": preprocess(found)[0]})
    difference = np.abs(np.asarray(drawn, int) - np.asarray(labels, int))
    assert difference.max() <= 2, "the same points, from pixels and from units"
    assert len(np.unique(np.asarray(drawn).reshape(-1, 3), axis=0)) > 50


def test_the_network_is_fitted_to_thirty_outputs() -> None:
    labels = {"keypoints": tf.zeros((2, 30))}
    assert TASK.target(labels) is labels["keypoints"]
    assert TASK.units(None, None) == 30
    assert [metric.name for metric in TASK.monitors()] == ["pixel_error"]


def test_the_loss_is_chosen_by_name() -> None:
    assert isinstance(TASK.loss(params()), MaskedMeanSquaredError)
    assert isinstance(TASK.loss(params(train={"loss": "euclidean"})), MaskedEuclidean)


def test_views_are_a_switch() -> None:
    assert TASK.views(params()) == ()
    asked = {"test_time_augmentation": True}
    mirrors = params(evaluate=asked, augment={"horizontal_flip": True})
    assert TASK.views(mirrors) == VIEWS


def test_only_what_training_mirrors_is_mirrored() -> None:
    asked = {"test_time_augmentation": True}
    views = TASK.views(params(evaluate=asked, augment={"horizontal_flip": False}))
    assert views == tuple(view for view in VIEWS if not view.mirrored)


@pytest.mark.parametrize(
    ("blocks", "message"),
    [
        ({"train": {"loss": "cosine"}}, r"tasks\.keypoints\.train\.loss: .*'mse' or 'euclidean'"),
        ({"checks": {"tolerance": -1}}, r"checks\.tolerance: .*greater"),
        ({"checks": {"missing": 2}}, r"checks\.missing: .*less"),
        ({"checks": {"outside": "ignore"}}, r"checks\.outside: .*'error' or 'warning'"),
        ({"evaluate": {"test_time": True}}, r"evaluate\.test_time: Extra"),
    ],
)
def test_a_wrong_parameter_is_named(blocks: dict, message: str) -> None:
    with pytest.raises(ConvoyError, match=message):
        params(**blocks)


def test_the_rules_are_named_by_the_parameters() -> None:
    checks = {"tolerance": 2.5, "outside": "warning", "missing": 0.8}
    rules = {rule.description: rule.severity for rule in TASK.expectations(params(checks=checks))}
    assert rules["points are at most 2.5 px outside the image"] == "warning"
    assert rules["nose_tip is missing in at most 80% of the rows"] == "critical"


def test_the_schema_knows_the_columns() -> None:
    text = Path("data/schemas/keypoints.pbtxt").read_text()
    schema = text_format.Parse(text, schema_pb2.Schema())
    features = {feature.name: feature for feature in schema.feature}
    assert features.keys() == {"image", "image_path", "width", "height", "keypoints"}
    assert features["keypoints"].shape.dim[0].size == len(COLUMNS)
