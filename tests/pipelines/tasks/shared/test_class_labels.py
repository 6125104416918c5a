"""Classes in the table, and their rules in a context that leaves no files."""

from collections.abc import Sequence
from typing import Any

import great_expectations as gx
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from great_expectations.expectations import Expectation

from components.core.errors import ConvoyError
from components.core.parts import Labels
from components.validate.findings import Outcome, read_outcome
from pipelines.tasks.classification import TASK
from pipelines.tasks.shared.class_labels import label_rules
from tests.specs import make_spec

PLACE = ("image_path", "shard", "row")


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
    outcomes = [read_outcome(each, PLACE) for each in result.results]
    return {outcome.rule: outcome for outcome in outcomes if not outcome.success}


def found(outcome: Outcome) -> list[str]:
    return [str(finding) for finding in outcome.findings]


@pytest.fixture
def table() -> pd.DataFrame:
    """100 training rows of two classes, 60 to 40, and a validation row of each."""
    labels = ["cat"] * 60 + ["dog"] * 40 + ["cat", "dog"]
    count = len(labels)
    return pd.DataFrame(
        {
            "image_path": [f"{number}.png" for number in range(count)],
            "shard": "train-00000.parquet",
            "row": range(count),
            "split": ["train"] * 100 + ["val"] * 2,
            "label": labels,
        }
    )


def labels_of(**checks: Any) -> Labels:
    return make_spec(TASK, checks=checks).labels


CLASSES = ("cat", "dog")
DECLARED = pytest.mark.parametrize("classes", [CLASSES, None])


@DECLARED
def test_sound_labels(table: pd.DataFrame, classes: Sequence[str] | None) -> None:
    assert check(table, label_rules(classes, 0.5)) == {}


@DECLARED
def test_missing_label(table: pd.DataFrame, classes: Sequence[str] | None) -> None:
    table.loc[7, "label"] = None
    broken = check(table, label_rules(classes, 0.5))
    assert list(broken) == ["label is present"]
    assert found(broken["label is present"]) == ["7.png (train-00000.parquet, row 7): None"]


def test_label_that_is_not_declared(table: pd.DataFrame) -> None:
    table.loc[[3, 101], "label"] = "bat"
    broken = check(table, label_rules(CLASSES, 0.0))
    assert list(broken) == ["label is known"]
    assert found(broken["label is known"]) == [
        "3.png (train-00000.parquet, row 3): bat",
        "101.png (train-00000.parquet, row 101): bat",
    ]


def test_label_outside_training_only(table: pd.DataFrame) -> None:
    table.loc[101, "label"] = "bat"
    broken = check(table, label_rules(None, 0.0))
    assert list(broken) == ["every label is in training"]
    (finding,) = found(broken["every label is in training"])
    assert finding == "101.png (train-00000.parquet, row 101): bat, val"


def test_declared_class_outside_training_only(table: pd.DataFrame) -> None:
    table.loc[101, "label"] = "eel"
    broken = check(table, label_rules(("cat", "dog", "eel"), 0.0))
    assert found(broken["every label is in training"]) == ["missing: eel"]


@DECLARED
def test_balance_is_that_of_training(table: pd.DataFrame, classes: Sequence[str] | None) -> None:
    share = 40 / 60
    assert check(table, label_rules(classes, share)) == {}
    broken = check(table, label_rules(classes, np.nextafter(share, 1)))
    assert found(broken["label is balanced in training"]) == ["found: 0.6667"]


def test_no_training_rows(table: pd.DataFrame) -> None:
    rows = table[table["split"] == "val"].reset_index(drop=True)
    broken = check(rows, label_rules(CLASSES, 0.0))
    assert {"every label is in training", "label is balanced in training"} <= set(broken)


SPELLING = "no two labels differ in blanks or case only, where checks.classes declares none"


@pytest.mark.parametrize("other", ["Cat", "CAT", "c\u200bat", "\uff43at", " cat"])
def test_labels_that_look_alike(table: pd.DataFrame, other: str) -> None:
    """The rarer spelling is named, row by row."""
    table.loc[[3, 100], "label"] = other
    broken = check(table, label_rules(None, 0.0))
    assert list(broken) == [SPELLING]
    assert [finding.path for finding in broken[SPELLING].findings] == ["3.png", "100.png"]
    assert check(table, label_rules(("cat", "dog", other), 0.0)) == {}


def test_blanks_within(table: pd.DataFrame) -> None:
    labels = {"cat": "traffic light", "dog": "traffic\u00a0 light"}
    broken = check(table.replace({"label": labels}), label_rules(None, 0.0))
    assert len(broken[SPELLING].findings) == 41


def test_one_class_only(table: pd.DataFrame) -> None:
    broken = check(table.assign(label="cat"), label_rules(None, 0.0))
    assert list(broken) == ["label is one of several"]
    assert found(broken["label is one of several"]) == ["found: only cat"]


def test_splits_that_are_taken_for_classes(table: pd.DataFrame) -> None:
    splits = {"cat": "seg_train", "dog": "seg_test"}
    broken = check(table.replace({"label": splits}), label_rules(None, 0.0))
    (rule,) = broken
    assert rule.endswith("folders and values of splits are named train, val, test")
    assert len(broken[rule].findings) == len(table)
    assert found(broken[rule])[0] == "0.png (train-00000.parquet, row 0): seg_train"


def test_no_label_at_all(table: pd.DataFrame) -> None:
    broken = check(table.assign(label=None), label_rules(None, 0.0))
    assert {"label is present", "label is one of several"} <= set(broken)


def test_another_column(table: pd.DataFrame) -> None:
    rows = table.rename(columns={"label": "animal"})
    assert check(rows, label_rules(CLASSES, 0.5, "animal")) == {}
    assert list(check(rows, label_rules(("cat",), 0.5, "animal"))) == ["animal is known"]


def test_rules_are_those_of_the_checks(table: pd.DataFrame) -> None:
    assert check(table, labels_of(classes=CLASSES, balance_floor=0.5).rules()) == {}
    assert list(check(table, labels_of(classes=["cat", "eel"]).rules())) == [
        "label is known",
        "every label is in training",
    ]
    broken = check(table, labels_of(balance_floor=0.7).rules())
    assert list(broken) == ["label is balanced in training"]


@pytest.mark.parametrize(
    "checks", [{"classes": ["cat"]}, {"classes": ["cat", "cat"]}, {"balance_floor": 1.5}]
)
def test_checks_that_cannot_be_met_are_refused(checks: dict[str, Any]) -> None:
    with pytest.raises(ConvoyError, match=rf"tasks\.toy\.checks\.{next(iter(checks))}"):
        labels_of(**checks)


def test_the_class_is_a_string_and_the_stratum() -> None:
    assert labels_of().columns() == {"label": pa.string()}
    assert labels_of().optional() == frozenset()
    assert labels_of().stratum({"label": "cat"}) == "cat"


def test_classes_are_compared_by_name(table: pd.DataFrame) -> None:
    table.loc[1, "label"] = None
    described = labels_of().describe(table)
    assert list(described) == ["label"]
    assert described["label"].dropna().tolist() == table["label"].dropna().tolist()
    assert described["label"].isna().sum() == 1
