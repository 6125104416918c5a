"""Metrics of slices, held against scikit-learn's of the same examples."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from pipelines.tasks.binary.slices import AREAS, BRIGHTNESS, measure_conditions

COUNT = 300


@pytest.fixture(scope="module")
def examples() -> pd.DataFrame:
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 2, COUNT)
    areas = np.where(labels, generator.choice([0.01, 0.05, 0.1, 0.9], COUNT), 0.0)
    areas[::7] = np.nan
    return pd.DataFrame(
        {
            "label": labels,
            "probability": generator.random(COUNT).astype(np.float32),
            "brightness": generator.random(COUNT),
            "person_area": areas,
        }
    )


@pytest.fixture(scope="module")
def table(examples: pd.DataFrame) -> pd.DataFrame:
    return measure_conditions(examples).set_index(["slice", "value"])


def test_slices_in_their_order(table: pd.DataFrame) -> None:
    thirds = [("brightness", name) for name in BRIGHTNESS]
    assert list(table.index) == [("", ""), *thirds, *(("person_area", name) for name in AREAS)]


def test_slices_by_brightness_are_thirds(examples: pd.DataFrame, table: pd.DataFrame) -> None:
    order = examples["brightness"].rank(method="first").to_numpy() - 1
    for at, name in enumerate(BRIGHTNESS):
        third = examples[order // (COUNT // 3) == at]
        row = table.loc["brightness", name]
        correct = (third["probability"] > 0.5) == third["label"]
        assert row["examples"] == len(third) == 100
        assert row["accuracy"] == pytest.approx(correct.mean())
        assert row["positives"] == pytest.approx(third["label"].mean())
        area = roc_auc_score(third["label"], third["probability"])
        assert row["roc_auc"] == pytest.approx(area, abs=1e-3)


def test_slices_by_area_leave_unknown_ones_out(examples: pd.DataFrame, table: pd.DataFrame) -> None:
    known = examples.dropna()
    groups = [known["person_area"] == 0, known["person_area"].isin([0.01, 0.05])]
    groups += [known["person_area"] == area for area in (0.1, 0.9)]
    for name, group in zip(AREAS, groups, strict=True):
        assert table.loc["person_area", name]["examples"] == group.sum() > 0
    assert table.loc["", ""]["examples"] == COUNT


def test_one_class_has_no_roc_curve(table: pd.DataFrame) -> None:
    assert table["roc_auc"].isna().tolist() == [False] * 4 + [True] * 4


def test_columns_are_numbers(table: pd.DataFrame) -> None:
    assert table.dtypes.map(pd.api.types.is_numeric_dtype).all()
    assert table["examples"].dtype == np.int64
