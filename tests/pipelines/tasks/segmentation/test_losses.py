"""The loss and the metric of classes of pixels, held against NumPy and scikit-learn."""

from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import log_softmax, softmax
from sklearn.metrics import jaccard_score

from components.core.masks import VOID
from pipelines.tasks.segmentation.losses import MeanIoU, SegmentationLoss

CLASSES = 4


def batch(seed: int, images: int = 2, void: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    """Masks with void pixels, int32 `[images, 5, 6]`, and logits."""
    generator = np.random.default_rng(seed)
    target = generator.integers(0, CLASSES, (images, 5, 6), np.int32)
    target[generator.random(target.shape) < void] = VOID
    return target, generator.normal(size=(*target.shape, CLASSES)).astype(np.float32) * 3


def weights_like(target: np.ndarray, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).gamma(1.0, 1.0, target.shape).astype(np.float32)


def entropy(target: np.ndarray, logits: np.ndarray, weights: np.ndarray) -> float:
    known = target != VOID
    terms = -log_softmax(logits, axis=-1)[known, target[known]]
    return float(np.average(terms, weights=weights[known]))


def dice(target: np.ndarray, logits: np.ndarray) -> float:
    known = target != VOID
    probabilities, truth = softmax(logits, axis=-1)[known], target[known]
    losses = []
    for index in np.unique(truth):
        of_class, probability = truth == index, probabilities[:, index]
        overlap = 2 * (of_class * probability).sum()
        losses.append(1 - overlap / (of_class.sum() + probability.sum()))
    return float(np.mean(losses))


@settings(max_examples=30)
@given(st.integers(0, 1000), st.floats(0, 0.8), st.floats(0, 1), st.booleans())
def test_the_loss_is_the_weighted_mean_of_what_is_not_void(
    seed: int, void: float, share: float, weighted: bool
) -> None:
    target, logits = batch(seed, void=void)
    weights = weights_like(target, seed) if weighted else np.ones(target.shape, np.float32)
    loss = SegmentationLoss(share)(target, logits, weights if weighted else None)
    expected = (1 - share) * entropy(target, logits, weights) + share * dice(target, logits)
    assert float(loss) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_scaled_weights_change_nothing(share: float) -> None:
    target, logits = batch(1)
    weights = weights_like(target)
    loss = SegmentationLoss(share)
    assert float(loss(target, logits, 7 * weights)) == pytest.approx(
        float(loss(target, logits, weights)), rel=1e-5
    )


@pytest.mark.parametrize("kind", [np.uint8, np.int32, np.int64, np.float32])
def test_targets_of_any_type(kind: type) -> None:
    target, logits = batch(1)
    loss = SegmentationLoss(0.5)
    assert float(loss(target.astype(kind), logits)) == float(loss(target, logits))


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_nothing_but_void_is_no_loss(share: float) -> None:
    _, logits = batch(1)
    void = np.full(logits.shape[:-1], VOID, np.int32)
    assert float(SegmentationLoss(share)(void, logits)) == 0


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_a_perfect_prediction_has_no_loss(share: float) -> None:
    target, _ = batch(1)
    logits = 100 * np.eye(CLASSES, dtype=np.float32)[np.where(target == VOID, 0, target)]
    assert float(SegmentationLoss(share)(target, logits)) == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("void", [0.4, 1.0])
def test_training_moves_the_logits_of_known_pixels_alone(share: float, void: float) -> None:
    target, logits = batch(2, images=1, void=void)
    layer = keras.layers.Dense(logits.size, use_bias=False, kernel_initializer="zeros")
    reshape = keras.layers.Reshape(logits.shape[1:])
    model = keras.Sequential([keras.Input((1,)), layer, reshape])
    layer.set_weights([logits.reshape(1, -1)])
    model.compile(keras.optimizers.SGD(10.0), SegmentationLoss(share))
    model.fit(np.ones((1, 1)), target, verbose=0)
    moved = (np.array(layer.kernel).reshape(logits.shape) != logits).any(axis=-1)
    np.testing.assert_array_equal(moved, target != VOID)


def test_images_of_any_size_train_with_weights_and_the_metric() -> None:
    """In a compiled graph whose height and width are unknown."""
    head = keras.layers.Conv2D(CLASSES, 1)
    model = keras.Sequential([keras.Input((None, None, 3)), head])
    model.compile("sgd", SegmentationLoss(0.3), metrics=[MeanIoU()])
    for side in (5, 8):
        images = np.random.default_rng(side).normal(size=(2, side, side, 3))
        target = np.random.default_rng(side).integers(0, CLASSES, (2, side, side))
        weights = weights_like(target)
        logs = model.train_on_batch(images, target, weights, return_dict=True)
        assert np.isfinite(logs["loss"])
        assert 0 < logs["mean_iou"] < 1


def test_loss_and_metric_are_the_same_compiled_with_xla() -> None:
    images, (target, _) = np.random.default_rng(0).normal(size=(2, 5, 6, 3)), batch(1)
    model = keras.Sequential([keras.Input((5, 6, 3)), keras.layers.Conv2D(CLASSES, 1)])
    model.compile("sgd", SegmentationLoss(0.3), metrics=[MeanIoU()], jit_compile=False)
    plain = model.evaluate(images, target, verbose=0)
    model.compile("sgd", SegmentationLoss(0.3), metrics=[MeanIoU()], jit_compile=True)
    assert model.evaluate(images, target, verbose=0) == pytest.approx(plain, rel=1e-5)


@settings(max_examples=20)
@given(st.lists(st.integers(0, 1000), min_size=1, max_size=4))
def test_the_metric_is_scikit_learns_over_all_batches(seeds: list[int]) -> None:
    batches = [batch(seed, images=1 + seed % 3) for seed in seeds]
    metric = MeanIoU()
    for target, logits in batches:
        metric.update_state(target, logits, weights_like(target))
    truth = np.concatenate([target.ravel() for target, _ in batches])
    predicted = np.concatenate([logits.argmax(axis=-1).ravel() for _, logits in batches])
    known = truth != VOID
    expected = jaccard_score(truth[known], predicted[known], average="macro")
    assert float(metric.result()) == pytest.approx(expected, rel=1e-5)


def test_the_metric_starts_anew() -> None:
    metric = MeanIoU()
    assert float(metric.result()) == 0
    first, second = batch(1), batch(2)
    metric.update_state(*second)
    alone = float(metric.result())
    metric.reset_state()
    metric.update_state(*first)
    metric.reset_state()
    metric.update_state(*second)
    assert float(metric.result()) == alone


def test_loss_and_metric_survive_the_disk(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((5, 6, 3)), keras.layers.Conv2D(CLASSES, 1)])
    target, _ = batch(2)
    images = np.random.default_rng(0).normal(size=(2, 5, 6, 3))
    model.compile("sgd", SegmentationLoss(0.25), metrics=[MeanIoU()])
    before = model.evaluate(images, target, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.loss.dice == 0.25
    assert loaded.evaluate(images, target, verbose=0) == before
