from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from components.core.served_model import ServedModel


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
