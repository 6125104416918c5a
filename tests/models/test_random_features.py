import keras
import numpy as np

from models.random_features import build


def test_parameters() -> None:
    model = build((28, 28, 1), 10)
    assert model.count_params() == 21_706
    assert sum(int(np.prod(weight.shape)) for weight in model.trainable_weights) == 2_890


def test_training_changes_the_last_layer_alone() -> None:
    keras.utils.set_random_seed(0)
    model = build((28, 28, 1), 10)
    before = {weight.path: np.array(weight) for weight in model.weights}
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    images = np.random.default_rng(0).normal(size=(32, 28, 28, 1))
    model.fit(images, np.arange(32) % 10, verbose=0)
    changed = {
        weight.path
        for weight in model.weights
        if not np.array_equal(np.array(weight), before[weight.path])
    }
    assert changed == {"logits/kernel", "logits/bias"}


def test_smallest_images() -> None:
    assert build((18, 18, 1), 3).output_shape == (None, 3)
