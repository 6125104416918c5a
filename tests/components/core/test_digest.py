"""Digests of models that TensorFlow exports, in this process and in another."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from components.core.digest import model_digest
from components.core.files import folder_digest
from tests import exported
from tests.exported import export
from tests.toys import save_toy


@pytest.mark.slow  # imports TensorFlow in a process of its own
def test_the_same_network_has_the_same_digest_whatever_the_process_did_before(
    tmp_path: Path,
) -> None:
    first = export(tmp_path / "first")
    second = tmp_path / "second"
    command = [sys.executable, exported.__file__, str(second), "5"]
    subprocess.run(command, check=True, capture_output=True)
    assert folder_digest(first) != folder_digest(second)
    assert model_digest(first) == model_digest(second)


@pytest.mark.parametrize("change", [{"weight": 0.5000001}, {"scale": 2.0}])
def test_other_weights_or_another_preprocessing_are_another_model(
    tmp_path: Path, change: dict[str, float]
) -> None:
    first, second = export(tmp_path / "first"), export(tmp_path / "second", **change)
    assert model_digest(first) != model_digest(second)


def test_another_order_of_classes_is_another_model(tmp_path: Path) -> None:
    first = save_toy(tmp_path / "first", ("dark", "bright"))
    second = save_toy(tmp_path / "second", ("bright", "dark"))
    assert model_digest(first) != model_digest(second)


def test_what_is_computed_counts_also_within_functions(
    tmp_path: Path, toy_model: Path, wrong_model: Path, wider_model: Path
) -> None:
    assert len({model_digest(model) for model in (toy_model, wrong_model, wider_model)}) == 3
    again = save_toy(tmp_path / "again", ("dark", "bright"))
    assert model_digest(again) == model_digest(toy_model)


def test_a_copy_with_a_file_beside_is_the_same_model(tmp_path: Path, toy_model: Path) -> None:
    copy = shutil.copytree(toy_model, tmp_path / "copy")
    (copy / "model.keras").write_bytes(b"the same network, saved at another time")
    assert model_digest(copy) == model_digest(toy_model)


def test_a_folder_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        model_digest(tmp_path)
