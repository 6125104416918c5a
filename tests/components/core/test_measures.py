import math

from components.core.measures import overall, per_class

METRICS = {"accuracy": 0.9, "recall/a/b": 0.5, "recall/cat": 1.0, "f1/cat": 0.75}


def test_metrics_of_classes_are_told_from_those_of_the_split() -> None:
    assert overall(METRICS) == {"accuracy": 0.9}
    assert overall(METRICS, ["recall/cat"]) == {"accuracy": 0.9, "recall/cat": 1.0}


def test_those_of_classes_are_a_table() -> None:
    table = per_class(METRICS)
    assert list(table) == ["class", "recall", "f1"]
    assert table.loc[1].tolist() == ["cat", 1.0, 0.75]
    assert table.loc[0, "class"] == "a/b"
    assert math.isnan(table.loc[0, "f1"])
    assert per_class({"accuracy": 0.9}).empty
