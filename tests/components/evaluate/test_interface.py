from pathlib import Path

import pytest

from components.evaluate.interface import interface_changes, read_interface


def test_reads_names_types_and_shapes(toy_model: Path) -> None:
    interface = read_interface(toy_model)
    assert interface.inputs == {"image": "string [?]"}
    assert interface.outputs == {"bytes": "int32 [?]", "probabilities": "float32 [?, 2]"}
    assert interface.classes == ("dark", "bright")


def test_the_same_model_has_no_changes(toy_model: Path, wrong_model: Path) -> None:
    assert interface_changes(read_interface(toy_model), read_interface(wrong_model)) == []


def test_a_new_class_changes_classes_and_outputs(toy_model: Path, wider_model: Path) -> None:
    narrow, wide = read_interface(toy_model), read_interface(wider_model)
    assert interface_changes(narrow, wide) == [
        "the signature changed: output probabilities is float32 [?, 3], "
        "the champion's is float32 [?, 2]",
        "the classes changed: the champion does not know medium",
    ]
    assert interface_changes(wide, narrow)[-1] == (
        "the classes changed: only the champion knows medium"
    )


def test_the_order_of_the_classes_counts(toy_model: Path) -> None:
    before = read_interface(toy_model)
    after = type(before)(before.inputs, before.outputs, ("bright", "dark"))
    (change,) = interface_changes(before, after)
    assert "order of the classes" in change


def test_an_output_that_went_away_is_named(toy_model: Path) -> None:
    before = read_interface(toy_model)
    after = type(before)(before.inputs, {"bytes": "int32 [?]"}, before.classes)
    (change,) = interface_changes(before, after)
    assert "output probabilities is absent" in change


def test_a_folder_without_a_model_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="saved_model"):
        read_interface(tmp_path)
