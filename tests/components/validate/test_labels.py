"""The rules for labels, in a context that leaves no files."""

from collections.abc import Sequence

import great_expectations as gx
import numpy as np
import pandas as pd
import pytest
from great_expectations.expectations import Expectation

from components.validate.findings import Outcome, read_outcome
from components.validate.labels import label_expectations
from components.validate.rows import PLACE


def check(rows: pd.DataFrame, expectations: Sequence[Expectation]) -> dict[str, Outcome]:
    """Broken rules by name."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("p").add_dataframe_asset("rows")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": rows})
    complete = {"result_format": "COMPLETE", "unexpected_index_column_names": list(PLACE)}
    result = batch.validate(
        gx.ExpectationSuite("s", expectations=list(expectations)), result_format=complete
    )
    outcomes = map(read_outcome, result.results)
    return {outcome.rule: outcome for outcome in outcomes if not outcome.success}


def found(outcome: Outcome) -> list[str]:
    return [str(finding) for finding in outcome.findings]


CLASSES = ("cat", "dog")
DECLARED = pytest.mark.parametrize("classes", [CLASSES, None])


@DECLARED
def test_sound_labels(table: pd.DataFrame, classes: Sequence[str] | None) -> None:
    assert check(table, label_expectations(classes, 0.5)) == {}


@DECLARED
def test_missing_label(table: pd.DataFrame, classes: Sequence[str] | None) -> None:
    table.loc[7, "label"] = None
    broken = check(table, label_expectations(classes, 0.5))
    assert list(broken) == ["label is present"]
    assert found(broken["label is present"]) == ["7.png (train-00000.parquet, row 7): None"]


def test_label_that_is_not_declared(table: pd.DataFrame) -> None:
    table.loc[[3, 101], "label"] = "bat"
    broken = check(table, label_expectations(CLASSES, 0.0))
    assert list(broken) == ["label is known"]
    assert found(broken["label is known"]) == [
        "3.png (train-00000.parquet, row 3): bat",
        "101.png (train-00000.parquet, row 101): bat",
    ]


def test_label_outside_training_only(table: pd.DataFrame) -> None:
    table.loc[101, "label"] = "bat"
    broken = check(table, label_expectations(None, 0.0))
    assert list(broken) == ["every label is in training"]
    (finding,) = found(broken["every label is in training"])
    assert finding == "101.png (train-00000.parquet, row 101): bat, val"


def test_declared_class_outside_training_only(table: pd.DataFrame) -> None:
    table.loc[101, "label"] = "eel"
    broken = check(table, label_expectations(("cat", "dog", "eel"), 0.0))
    assert found(broken["every label is in training"]) == ["missing: eel"]


@DECLARED
def test_balance_is_that_of_training(table: pd.DataFrame, classes: Sequence[str] | None) -> None:
    share = 40 / 60
    assert check(table, label_expectations(classes, share)) == {}
    broken = check(table, label_expectations(classes, np.nextafter(share, 1)))
    assert found(broken["label is balanced in training"]) == ["found: 0.6667"]


def test_no_training_rows(table: pd.DataFrame) -> None:
    rows = table[table["split"] == "val"].reset_index(drop=True)
    broken = check(rows, label_expectations(CLASSES, 0.0))
    assert {"every label is in training", "label is balanced in training"} <= set(broken)


def test_another_column(table: pd.DataFrame) -> None:
    rows = table.rename(columns={"label": "animal"})
    assert check(rows, label_expectations(CLASSES, 0.5, "animal")) == {}
    assert list(check(rows, label_expectations(("cat",), 0.5, "animal"))) == ["animal is known"]
