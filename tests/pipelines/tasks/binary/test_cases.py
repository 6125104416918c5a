"""Which images are shown."""

import io

import keras
import numpy as np
import pytest
from PIL import Image

from components.core.pictures import GAP, TILE
from pipelines.tasks.binary.cases import ImageCases
from pipelines.tasks.shared.binary.cases import Case
from tests.pipelines.tasks.shared.test_evidence import pooled

CLASSES = ("no_person", "person")


def case(truth: int, probability: float, path: str = "") -> Case:
    stream = io.BytesIO()
    Image.fromarray(np.full((16, 24), 99, np.uint8)).save(stream, "PNG")
    return Case(stream.getvalue(), path or f"{probability}.png", truth, probability)


def test_a_probability_of_a_half_is_positive() -> None:
    assert [case(0, p).prediction for p in (0.0, 0.499, 0.5, 1.0)] == [0, 0, 1, 1]
    assert [case(0, p).confidence for p in (0.25, 0.75)] == [0.75, 0.75]


def test_the_surest_mistakes_of_both_kinds() -> None:
    cases = ImageCases(CLASSES, limit=3)
    cases.add([case(0, 0.1), case(1, 0.9), case(0, 0.6), case(1, 0.2)])
    cases.add([case(0, 0.9), case(1, 0.4), case(0, 0.7)])
    assert [mistake.probability for mistake in cases.mistakes()] == [0.9, 0.2, 0.7]


def test_equals_by_path() -> None:
    cases = ImageCases(CLASSES, limit=2)
    cases.add([case(1, 0.0, path) for path in ("c", "a", "b")])
    assert [mistake.path for mistake in cases.mistakes()] == ["a", "b"]


def test_memory_is_bounded() -> None:
    cases = ImageCases(CLASSES, limit=2)
    for seed in range(20):
        probabilities = np.random.default_rng(seed).random(10)
        cases.add(case(truth, float(p)) for p in probabilities for truth in (0, 1))
    assert sum(map(len, cases._kept.values())) == 4 * 2


def test_nothing_to_show_is_said() -> None:
    cases = ImageCases(CLASSES, limit=2)
    cases.add([case(1, 0.9)])
    assert cases.draw_mistakes().size == (3 * TILE, TILE)
    assert cases.draw_evidence(pooled(), correct=False).size == (3 * TILE, TILE)


@pytest.mark.parametrize("correct", [True, False])
def test_each_image_stands_before_its_map(correct: bool) -> None:
    cases = ImageCases(CLASSES, limit=8)
    cases.add([case(truth, p) for truth in (0, 1) for p in (0.1, 0.2, 0.8, 0.9, 0.95)])
    sheet = cases.draw_evidence(pooled(), correct)
    assert sheet.width == GAP + 6 * (TILE + GAP)  # two cases of either class, four tiles each


def test_a_network_without_maps_is_no_fault() -> None:
    cases = ImageCases(CLASSES, limit=8)
    cases.add([case(1, 0.9)])
    layers = [keras.Input((16, 24, 3)), keras.layers.Flatten(), keras.layers.Dense(1)]
    assert cases.draw_evidence(keras.Sequential(layers), correct=True).size == (3 * TILE, TILE)
