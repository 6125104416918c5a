"""The parts that are the task's own."""

import numpy as np
from PIL import Image

from components.samples.text import TextSample
from models import model_names
from pipelines.tasks.sentiment import TASK
from tests.specs import make_spec

CLASSES = ("neg", "pos")
BLOCKS = {"source": {"kind": "text_folder"}, "checks": {"classes": CLASSES}}


def test_a_text_is_called_one() -> None:
    view = make_spec(TASK, **BLOCKS).view
    told = "It gives the probability that a text is of the class pos, and not of neg;"
    assert view.purpose(CLASSES).startswith(told)


def test_a_picture_of_a_text_stays_legible() -> None:
    view = make_spec(TASK, **BLOCKS).view
    picture = Image.new("RGB", (TextSample.legible, 40))
    drawn = view.draw(picture, {"probability": np.float32(0.9)}, CLASSES)
    assert drawn.width > TextSample.legible


def test_the_model_that_is_meant_when_nothing_is_said() -> None:
    spec = make_spec(TASK, **BLOCKS, train=None)
    assert spec.params["train"]["model"] == "text_cnn"
    assert "text_cnn" in model_names()
