"""What is checked of each example that is measured."""

import numpy as np
import pytest

from components.core.errors import ConvoyError
from components.core.parts import Row
from pipelines.tasks.shared.truth import true_classes

CLASSES = ("zebra", "ant")


def rows(*labels: str | None) -> list[Row]:
    return [{"image_path": f"{at}.png", "label": label} for at, label in enumerate(labels)]


@pytest.mark.parametrize("shape", [(3,), (3, 2)])
def test_indices_are_those_of_the_classes(shape: tuple[int, ...]) -> None:
    truth = true_classes(rows("ant", "zebra", "ant"), np.zeros(shape, np.float32), CLASSES)
    assert truth.dtype == np.int64
    assert truth.tolist() == [1, 0, 1]


def test_the_first_wrong_example_is_named() -> None:
    probabilities = np.array([[0, 1], [np.inf, 0], [0, 1]])
    with pytest.raises(ConvoyError, match=r"^1\.png: the model's probability is not finite$"):
        true_classes(rows("ant", "ant", "wolf"), probabilities, CLASSES)
    with pytest.raises(ConvoyError, match=r"^0\.png: label 'wolf' is none of .* zebra, ant$"):
        true_classes(rows("wolf", "ant", "ant"), probabilities, CLASSES)


def test_a_model_may_have_no_classes() -> None:
    with pytest.raises(ConvoyError, match=r"none of the model's classes \(it has none\)"):
        true_classes(rows("ant"), np.zeros(1), ())
