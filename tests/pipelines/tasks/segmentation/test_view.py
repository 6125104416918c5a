"""What is shown of a predicted mask."""

import io
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from components.core.masks import decode_mask, encode_mask
from components.core.parts import Prediction, View
from pipelines.tasks.segmentation import TASK
from tests.specs import make_spec

CLASSES = ("sky", "road", "car", "person")
PREDICTION = {"mask": encode_mask(np.array([[0, 0, 1], [0, 3, 3]], np.uint8))}


@pytest.fixture
def view() -> View:
    return make_spec(TASK, checks={"classes": CLASSES}).view


class Thresholded:
    """Says of each pixel whether it is bright; keeps the sizes of the images it was given."""

    def __init__(self) -> None:
        self.sizes: list[tuple[int, int]] = []

    def __call__(self, images: Sequence[bytes]) -> Prediction:
        import tensorflow as tf

        assert len(images) == 1
        pixels = tf.io.decode_image(images[0], channels=1, expand_animations=False).numpy()
        self.sizes.append(pixels.shape[1::-1])
        return {"mask": np.array([encode_mask((pixels[..., 0] > 127).astype(np.uint8))], object)}


def noise(width: int = 40, height: int = 30, mode: str = "L") -> bytes:
    pixels = np.random.default_rng(0).integers(0, 2, (height, width), np.uint8)
    stream = io.BytesIO()
    Image.fromarray(255 * pixels).convert(mode).save(stream, "PNG")
    return stream.getvalue()


def test_a_prediction_is_described_by_the_shares_of_the_classes(view: View) -> None:
    shares = {"sky": 0.5, "road": 0.1667, "car": 0.0, "person": 0.3333}
    assert view.rows(PREDICTION, CLASSES) == [shares]


def test_rows_have_the_columns_that_are_announced(view: View) -> None:
    schema = view.columns(CLASSES)
    assert set(schema.types) == {pa.float32()}
    table = pa.Table.from_pylist(view.rows(PREDICTION, CLASSES), schema)
    assert table.column_names == list(CLASSES)


def test_a_prediction_is_drawn_at_the_images_size(view: View) -> None:
    indices = np.arange(4, dtype=np.uint8).repeat(50)[None].repeat(120, axis=0)
    picture = view.draw(Image.new("L", (200, 120), 128), {"mask": encode_mask(indices)}, CLASSES)
    assert picture.width == 200
    assert picture.height > 120
    upper = np.asarray(picture)[:120]
    assert len(np.unique(upper.reshape(-1, 3), axis=0)) == 4


def test_the_mask_of_a_prediction_comes_with_a_palette(view: View) -> None:
    image = view.artifacts(PREDICTION, CLASSES)["mask"]
    assert image.mode == "P"
    assert np.asarray(image).tolist() == [[0, 0, 1], [0, 3, 3]]


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "P"])
def test_tiles_make_the_same_mask_as_the_whole_image(view: View, mode: str) -> None:
    """A model that looks at single pixels gives no tile another answer."""
    image, predict = noise(100, 70, mode), Thresholded()
    (whole,) = predict([image])["mask"]
    assert view.predict_in_tiles(predict, image, 32) == {"mask": whole}
    assert predict.sizes == [(100, 70), *[(32, 32)] * 12]


def test_predictions_for_tiles_make_one_for_the_image(view: View) -> None:
    image = noise(70, 50)
    expected = np.asarray(Image.open(io.BytesIO(image))) // 255
    prediction = view.predict_in_tiles(Thresholded(), image, 32)
    np.testing.assert_array_equal(decode_mask(prediction["mask"]), expected)


def test_an_image_not_larger_than_a_tile_is_predicted_as_a_whole(view: View) -> None:
    predict = Thresholded()
    assert set(view.predict_in_tiles(predict, noise(40, 30), 40)) == {"mask"}
    assert predict.sizes == [(40, 30)]


def test_asked_about_are_the_largest_classes_on_their_pixels(view: View) -> None:
    best = np.array([[0, 0, 1], [0, 3, 3]])
    answers = view.answers(np.eye(4)[best] - 0.5, CLASSES)
    assert list(answers) == ["sky", "person", "road"]  # a car is nowhere
    for name, weights in answers.items():
        index = CLASSES.index(name)
        np.testing.assert_array_equal(weights[..., index], best == index)
        assert weights.sum() == (best == index).sum()
