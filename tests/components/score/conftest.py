import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from components.core.task import Spec
from pipelines.tasks.binary import TASK as BINARY
from tests.specs import make_spec


@pytest.fixture
def spec() -> Spec:
    """The binary task `toy`, scored four images at a time."""
    return make_spec(BINARY, checks={"classes": ["dark", "bright"]}, evaluate={"batch_size": 4})


@pytest.fixture
def encode() -> Callable[..., bytes]:
    """Encodes an image of one shade of grey, 0 to 255."""

    def encode(grey: int = 51, kind: str = "PNG", mode: str = "RGB", **options: Any) -> bytes:
        contents = io.BytesIO()
        size = options.pop("size", (8, 6))
        Image.new("L", size, grey).convert(mode).save(contents, kind, **options)
        return contents.getvalue()

    return encode


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SavedModel whose `probability` is the brightness of the image's upper left pixel."""
    return save_model(tmp_path_factory.mktemp("model") / "Format-Serving", channels=3)


@pytest.fixture(scope="session")
def grey_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same for grey images: TensorFlow decodes no CMYK to one channel."""
    return save_model(tmp_path_factory.mktemp("grey") / "Format-Serving", channels=1)


@pytest.fixture(scope="session")
def points_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SavedModel that finds 15 `keypoints` at 0, and decodes nothing."""
    import tensorflow as tf

    class Points(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="image")])
        def serve(self, image: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"keypoints": tf.zeros((tf.size(image), 15, 2))}

    folder = tmp_path_factory.mktemp("points") / "Format-Serving"
    module = Points()
    tf.saved_model.save(module, str(folder), signatures={"serving_default": module.serve})
    return folder


def save_model(folder: Path, channels: int) -> Path:
    """Writes a model that decodes its images to some channels."""
    import tensorflow as tf

    class Brightness(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="image")])
        def serve(self, image: tf.Tensor) -> dict[str, tf.Tensor]:
            def brightness(contents: tf.Tensor) -> tf.Tensor:
                pixels = tf.io.decode_image(contents, channels, expand_animations=False)
                return tf.reduce_mean(tf.cast(pixels[0, 0], tf.float32)) / 255

            return {"probability": tf.map_fn(brightness, image, fn_output_signature=tf.float32)}

    module = Brightness()
    tf.saved_model.save(module, str(folder), signatures={"serving_default": module.serve})
    (folder / "assets.extra").mkdir()
    (folder / "assets.extra" / "classes.txt").write_text("dark\nbright\n")
    return folder
