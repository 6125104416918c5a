"""A task with photos, a split and an untrained network."""

import hashlib
import io
from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from PIL import Image

from components.core.task import Spec
from models import build_model
from models.shared.loading import KERAS_FILE
from tests.specs import make_spec
from tests.toys import save_toy

CLASSES = ("dark", "bright")
SIDE = 24


def picture(seed: int, bright: bool) -> bytes:
    """Noise, at the dark or the bright end."""
    low = 130 if bright else 0
    pixels = np.random.default_rng(seed).integers(low, low + 120, (SIDE, SIDE), np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def rows(count: int) -> list[Mapping[str, object]]:
    """Rows of a canonical table, every seventh with a wrong label."""
    made = []
    for at in range(count):
        encoded = picture(at, bright=at % 2 == 1)
        label = CLASSES[(at + (at % 7 == 0)) % 2]
        made.append(
            {
                "sha256": hashlib.sha256(encoded).hexdigest(),
                "decode_error": None,
                "image": encoded,
                "image_path": f"{at}.png",
                "label": label,
            }
        )
    return made


@pytest.fixture
def photo_spec() -> Spec:
    from pipelines.tasks.classification import TASK

    return make_spec(TASK, prepare={"height": SIDE, "width": SIDE, "channels": 1})


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A served model that tells by the first pixel, beside an untrained network."""
    folder = save_toy(tmp_path_factory.mktemp("explained") / "Format-Serving", CLASSES)
    keras.utils.set_random_seed(0)
    body = build_model("digits_cnn", (SIDE, SIDE, 1), len(CLASSES), {})
    pixels = keras.Input((SIDE, SIDE, 1), dtype="uint8", name="image")
    floats = keras.layers.Rescaling(1 / 255)(pixels)
    network = keras.Model(pixels, body(floats), name="digits_cnn_network")
    network(tf.zeros((1, SIDE, SIDE, 1)))
    network.save(folder / KERAS_FILE)
    return folder


@pytest.fixture
def shards(project: Path) -> Path:
    """The test split in two shards; returns the project's folder."""
    folder = project / "data/toy"
    folder.mkdir(parents=True)
    for at, part in enumerate((rows(40)[:25], rows(40)[25:])):
        pd.DataFrame(part).to_parquet(folder / f"test-{at:05d}.parquet", index=False)
    return project
