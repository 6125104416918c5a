"""Small models and examples that tests of several parts share."""

import io
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from PIL import Image


def png(grey: int, size: tuple[int, int] = (4, 4)) -> bytes:
    contents = io.BytesIO()
    Image.new("L", size, grey).save(contents, "PNG")
    return contents.getvalue()


def save_toy(folder: Path, classes: Sequence[str], inverted: bool = False) -> Path:
    """A SavedModel: the brightness of the first pixel is the probability of the last class."""
    import tensorflow as tf

    class Toy(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="image")])
        def serve(self, image: tf.Tensor) -> dict[str, tf.Tensor]:
            def brightness(contents: tf.Tensor) -> tf.Tensor:
                return tf.cast(tf.image.decode_png(contents, 1)[0, 0, 0], tf.float32) / 255

            bright = tf.map_fn(brightness, image, fn_output_signature=tf.float32)
            zeros = [tf.zeros_like(bright)] * (len(classes) - 2)
            pair = [bright, 1 - bright] if inverted else [1 - bright, bright]
            probabilities = tf.stack([pair[0], *zeros, pair[1]], axis=-1)
            return {"probabilities": probabilities, "bytes": tf.strings.length(image)}

    module = Toy()
    tf.saved_model.save(module, str(folder), signatures={"serving_default": module.serve})
    (folder / "assets.extra").mkdir()
    (folder / "assets.extra" / "classes.txt").write_text("\n".join(classes) + "\n")
    (folder / "model.keras").write_bytes(network(len(classes)))
    return folder


@cache
def network(units: int) -> bytes:
    """A file of a network with maps, for grey images of 4x4."""
    import keras

    layers = [
        keras.Input((4, 4, 1), dtype="uint8"),
        keras.layers.Rescaling(1 / 255),
        keras.layers.Conv2D(2, 3),
        keras.layers.GlobalAveragePooling2D(),
        keras.layers.Dense(units),
    ]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.keras"
        keras.Sequential(layers).save(file)
        return file.read_bytes()


def serialize(image: bytes, path: str, label: str) -> bytes:
    import tensorflow as tf

    def text(value: bytes) -> tf.train.Feature:
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))

    def number(value: int) -> tf.train.Feature:
        return tf.train.Feature(int64_list=tf.train.Int64List(value=[value]))

    feature = {
        "image": text(image),
        "image_path": text(path.encode()),
        "label": text(label.encode()),
        "width": number(4),
        "height": number(4),
    }
    return tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString()


def write_examples(folder: Path, split: str, examples: Sequence[tuple[int, str]]) -> list[str]:
    """Writes images of grey values with their labels as raw examples of a split."""
    import tensorflow as tf

    file = folder / f"Split-{split}" / "data_tfrecord-00000-of-00001.gz"
    file.parent.mkdir(parents=True, exist_ok=True)
    with tf.io.TFRecordWriter(str(file), "GZIP") as writer:
        for at, (grey, label) in enumerate(examples):
            writer.write(serialize(png(grey), f"{label}/{at}.png", label))
    return [str(file)]
