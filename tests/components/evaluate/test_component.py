import json
from pathlib import Path

import pytest

from components.core.task import Spec
from tests.registered import TestSplit

pytestmark = pytest.mark.slow  # importing TFX takes 10 s: only when a test of these runs

EXAMPLES = [(10, "dark"), (250, "bright"), (20, "dark"), (230, "bright")]


@pytest.mark.parametrize("accepted", [True, False])
def test_the_component_blesses_what_may_be_promoted(
    spec: Spec, toy_model: Path, wrong_model: Path, test_split: TestSplit, accepted: bool
) -> None:
    from tfx.dsl.components.base.base_executor import BaseExecutor
    from tfx.types.standard_artifacts import Examples, Model, ModelBlessing, ModelEvaluation

    from components.evaluate.component import Evaluate

    files = test_split(EXAMPLES)
    examples, model, evaluation, blessing = Examples(), Model(), ModelEvaluation(), ModelBlessing()
    examples.uri, examples.splits = str(Path(files.test[0]).parents[1]), ["train", "val", "test"]
    model.uri = str((toy_model if accepted else wrong_model).parent)
    evaluation.uri, blessing.uri = "evaluation", "blessing"
    Evaluate.EXECUTOR_SPEC.executor_class(BaseExecutor.Context()).Do(
        {"examples": [examples], "model": [model]},
        {"evaluation": [evaluation], "blessing": [blessing]},
        {"spec": spec.to_json()},
    )
    (file,) = Path("blessing").iterdir()
    assert file.name == ("BLESSED" if accepted else "NOT_BLESSED")
    assert blessing.get_int_custom_property("blessed") == int(accepted)
    assert json.loads(Path("evaluation/decision.json").read_text())["accepted"] is accepted
