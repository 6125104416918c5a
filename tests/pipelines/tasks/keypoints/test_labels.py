"""The label column of faces and its rules, in a context that leaves no files."""

from typing import Any

import great_expectations as gx
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.core.facial_points import COLUMNS, KEYPOINTS, MIRROR_PAIRS
from components.validate.findings import Outcome, read_outcome
from components.validate.rows import place_of
from pipelines.tasks.keypoints import TASK
from pipelines.tasks.keypoints.checks import Severity
from pipelines.tasks.keypoints.derived import describe_points, overhang
from pipelines.tasks.keypoints.labels import KeypointLabels
from tests.specs import make_spec

PLACE = place_of(make_spec(TASK).sample)


def labels(**checks: Any) -> KeypointLabels:
    part = make_spec(TASK, checks=checks).labels
    assert isinstance(part, KeypointLabels)
    return part


def face() -> np.ndarray:
    """Plausible points in an image of 96x80, `[15, 2]`."""
    points = np.tile([[48.0, 40.0]], (15, 1))
    for left, right in MIRROR_PAIRS:
        points[left, 0], points[right, 0] = 70, 20
    return points


def table(points: list[np.ndarray | None]) -> pd.DataFrame:
    """Rows as they are read from the shards."""
    count = len(points)
    values = [None if each is None else each.reshape(-1).astype(np.float32) for each in points]
    return pd.DataFrame(
        {
            "image_path": [f"{number}.png" for number in range(count)],
            "shard": "train-00000.parquet",
            "row": range(count),
            "width": pd.array([96] * count, pd.Int64Dtype()),
            "height": pd.array([80] * count, pd.Int64Dtype()),
            "keypoints": values,
        }
    )


def check(points: list[np.ndarray | None], **checks: Any) -> dict[str, Outcome]:
    """Broken rules by name."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("p").add_dataframe_asset("rows")
    part = labels(**checks)
    rows = part.derive(table(points))
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": rows})
    complete = {"result_format": "COMPLETE", "unexpected_index_column_names": list(PLACE)}
    suite = gx.ExpectationSuite("s", expectations=part.rules())
    results = batch.validate(suite, result_format=complete).results
    outcomes = [read_outcome(result, PLACE) for result in results]
    return {outcome.rule: outcome for outcome in outcomes if not outcome.success}


def found(outcome: Outcome) -> list[str]:
    return [str(finding) for finding in outcome.findings]


def test_sound_points() -> None:
    some = face()
    some[[3, 10]] = np.nan
    assert check([face(), some]) == {}


@pytest.mark.parametrize("size", [0, 28, 32])
def test_a_wrong_number_of_values(size: int) -> None:
    broken = check([face(), np.ones(size), face()])
    outcome = broken["keypoints has 30 values"]
    assert found(outcome) == [f"1.png (train-00000.parquet, row 1): {size}"]
    assert outcome.critical


def test_no_list_at_all() -> None:
    assert found(check([face(), None])["keypoints has 30 values"]) == [
        "1.png (train-00000.parquet, row 1): 0"
    ]


def test_no_point_at_all() -> None:
    broken = check([face(), np.full((15, 2), np.nan)])
    (outcome,) = broken.values()
    assert outcome.rule == "a point at least is labelled"
    assert found(outcome) == ["1.png (train-00000.parquet, row 1): 0"]
    assert outcome.critical


def test_a_point_with_one_coordinate() -> None:
    half = face()
    half[2, 1] = half[10, 0] = np.nan
    broken = check([half, face()])
    assert found(broken["a labelled point has both x and y"]) == [
        "0.png (train-00000.parquet, row 0): left_eye_inner_corner, nose_tip"
    ]


@pytest.mark.parametrize("outside", ["error", "warning"])
def test_a_point_outside_the_image(outside: Severity) -> None:
    out = face()
    out[10] = (50, 84.5)
    out[14] = (50, 82)
    broken = check([face(), out], tolerance=4, outside=outside)
    (outcome,) = broken.values()
    assert outcome.rule == "points are at most 4 px outside the image"
    assert outcome.severity == outside
    assert found(outcome) == ["1.png (train-00000.parquet, row 1): nose_tip at (50.0, 84.5)"]
    assert check([face(), out], tolerance=5) == {}


@pytest.mark.parametrize("swapped", ["error", "warning"])
def test_left_and_right_swapped(swapped: Severity) -> None:
    wrong = face()
    wrong[[0, 1]] = wrong[[1, 0]]
    broken = check([wrong, face()], swapped=swapped)
    (outcome,) = broken.values()
    assert outcome.rule == "left points are at a larger x than right ones"
    assert outcome.severity == swapped
    assert found(outcome) == [
        "0.png (train-00000.parquet, row 0): left_eye_center and right_eye_center"
    ]


def test_a_point_that_is_missing_too_often() -> None:
    some = face()
    some[KEYPOINTS.index("nose_tip")] = np.nan
    points = [some, face(), face(), face()]
    assert check(points, missing=0.25) == {}
    (outcome,) = check(points, missing=0.2).values()
    assert outcome.rule == "nose_tip is missing in at most 20% of the rows"
    assert found(outcome) == ["found: 0.75"]


def test_described_columns() -> None:
    rows = describe_points(table([face(), np.ones(4)]))
    assert rows["nose_tip_x"].tolist()[0] == 48
    assert rows.loc[1, list(COLUMNS)].isna().all()
    assert rows["labelled_points"].tolist() == [15, 0]


def test_an_image_of_unknown_size_has_no_outside() -> None:
    rows = table([face() * 100])
    rows["width"] = rows["height"] = pd.array([None], pd.Int64Dtype())
    described = describe_points(rows)
    assert described["overhang"].tolist() == [0]
    assert described["farthest_out"].tolist() == [None]


@given(st.floats(-50, 150), st.floats(-50, 150))
def test_overhang_is_the_distance_to_the_frame_along_an_axis(x: float, y: float) -> None:
    (((distance,),)) = overhang(np.array([[[x, y]]]), np.array([[96.0, 80.0]]))
    inside = -0.5 <= x <= 95.5 and -0.5 <= y <= 79.5
    assert (distance == 0) == inside
    nearest = np.clip((x, y), -0.5, (95.5, 79.5))
    assert distance == np.abs(nearest - (x, y)).max()


def test_the_rules_are_named_by_the_parameters() -> None:
    part = labels(tolerance=2.5, outside="warning", missing=0.8)
    rules = {rule.description: rule.severity for rule in part.rules()}
    assert rules["points are at most 2.5 px outside the image"] == "warning"
    assert rules["nose_tip is missing in at most 80% of the rows"] == "critical"


def test_one_column_of_the_table() -> None:
    assert labels().columns() == {"keypoints": pa.list_(pa.float32())}


def test_drift_is_told_by_coordinates_and_by_how_far_points_are_out() -> None:
    out, some = face(), face()
    out[10] = (50, 84.5)
    some[10] = np.nan
    described = labels().describe(table([out, some]))
    assert list(described) == [*COLUMNS, "overhang"]
    assert (described.dtypes == np.float64).all()
    assert described["nose_tip_y"].tolist() == pytest.approx([84.5, np.nan], nan_ok=True)
    assert described["overhang"].tolist() == pytest.approx([5, np.nan], nan_ok=True)


def test_no_rows_are_described_as_none() -> None:
    described = labels().describe(table([face()])[:0])
    assert (len(described), list(described)) == (0, [*COLUMNS, "overhang"])
