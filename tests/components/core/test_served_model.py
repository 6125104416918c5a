from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from components.core.served_model import ServedModel, TabularModel


def test_predicts_named_arrays(toy_model: Path, image: Callable[[int], bytes]) -> None:
    outputs = ServedModel.load(toy_model).predict([image(0), image(51), image(255)])
    np.testing.assert_allclose(outputs["probabilities"], [[1, 0], [0.8, 0.2], [0, 1]], atol=1e-6)
    assert outputs["probabilities"].dtype == np.float32


def test_every_byte_of_a_file_reaches_the_model(
    toy_model: Path, image: Callable[[int], bytes]
) -> None:
    padded = image(7) + b"\0\0\0"
    assert ServedModel.load(toy_model).predict([padded])["bytes"] == [len(padded)]


def test_predicts_no_images(toy_model: Path) -> None:
    assert ServedModel.load(toy_model).predict([])["probabilities"].shape == (0, 2)


def test_classes_come_with_the_model(toy_model: Path) -> None:
    assert ServedModel.load(toy_model).classes == ("dark", "bright")


@pytest.mark.parametrize("contents", [None, ""])
def test_a_model_may_have_no_classes(toy_model: Path, tmp_path: Path, contents: str | None) -> None:
    for name in ("saved_model.pb", "variables"):
        (tmp_path / name).symlink_to(toy_model / name)
    if contents is not None:
        (tmp_path / "assets.extra").mkdir()
        (tmp_path / "assets.extra/classes.txt").write_text(contents)
    assert ServedModel.load(tmp_path).classes == ()


def test_a_folder_without_a_model_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="SavedModel"):
        ServedModel.load(tmp_path)


@pytest.fixture(scope="module")
def words_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that measures the length of what comes in as `text`."""
    import tensorflow as tf

    class Lengths(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="text")])
        def serve(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"length": tf.strings.length(text)}

    module, folder = Lengths(), tmp_path_factory.mktemp("words") / "Format-Serving"
    tf.saved_model.save(module, str(folder), signatures={"serving_default": module.serve})
    return folder


def test_the_input_has_the_name_that_the_signature_gives_it(
    toy_model: Path, words_model: Path
) -> None:
    assert ServedModel.load(toy_model).input == "image"
    model = ServedModel.load(words_model)
    assert model.input == "text"
    assert model.predict([b"a", b"bcd"])["length"].tolist() == [1, 3]


def test_a_model_of_two_inputs_is_an_error(tmp_path: Path) -> None:
    import tensorflow as tf

    class Two(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name=name) for name in "ab"])
        def serve(self, a: tf.Tensor, b: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"both": a + b}

    module = Two()
    tf.saved_model.save(module, str(tmp_path), signatures={"serving_default": module.serve})
    with pytest.raises(ValueError, match="the model has 2: .*a.*b"):
        ServedModel.load(tmp_path)


def test_a_table_has_the_column_of_the_input(words_model: Path) -> None:
    model = TabularModel()
    model.load_context(SimpleNamespace(artifacts={"model": str(words_model)}))
    table = model.predict(
        None, pd.DataFrame({"text": [b"a", b"bcd"], "other": [1, 2]}, index=[5, 7])
    )
    assert table["length"].to_dict() == {5: 1, 7: 3}
    with pytest.raises(KeyError, match="text"):
        model.predict(None, pd.DataFrame({"image": [b"a"]}))
