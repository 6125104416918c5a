from pathlib import Path

import pytest

from components.core.errors import ConvoyError
from components.core.task import Spec
from components.evaluate.measurement import example_files, measure
from tests.registered import TestSplit, hash_of
from tests.specs import make_spec
from tests.tuned_task import TASK as TUNED

EXAMPLES = [(10, "dark"), (250, "bright"), (20, "bright"), (230, "bright")]


@pytest.mark.parametrize("batch_size", [1, 3, 256])
def test_every_example_counts(
    spec: Spec, toy_model: Path, test_split: TestSplit, batch_size: int
) -> None:
    spec.params["evaluate"]["batch_size"] = batch_size
    metrics = measure(toy_model, spec, test_split(EXAMPLES)).metrics()
    assert (metrics["examples"], metrics["accuracy"]) == (4, 0.75)


def test_samples_are_left_out_by_their_hashes(
    spec: Spec, toy_model: Path, test_split: TestSplit
) -> None:
    files = test_split(EXAMPLES)
    metrics = measure(toy_model, spec, files, frozenset([hash_of(20), hash_of(7)])).metrics()
    assert (metrics["examples"], metrics["accuracy"]) == (3, 1)


def test_a_threshold_is_tuned_on_the_validation_split(
    spec: Spec, toy_model: Path, test_split: TestSplit
) -> None:
    tuned = make_spec(TUNED)
    files = test_split(test=[(10, "dark"), (100, "bright")], val=[(90, "dark"), (95, "bright")])
    assert measure(toy_model, tuned, files).metrics() == {"examples": 2, "tuned_accuracy": 1}


def test_the_examples_are_those_that_the_prepare_stage_wrote(test_split: TestSplit) -> None:
    written = test_split(EXAMPLES)
    found = example_files("toy")
    assert [Path(file).resolve() for file in found.test] == [Path(*written.test)]
    assert [Path(file).resolve() for file in found.val] == [Path(*written.val)]


def test_without_examples_the_stage_is_named(project: Path) -> None:
    with pytest.raises(ConvoyError, match="no examples of the split test; run: convoy run toy"):
        example_files("toy")
