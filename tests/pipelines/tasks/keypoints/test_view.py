"""What is shown of predicted points."""

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from components.core.facial_points import COLUMNS, KEYPOINTS
from pipelines.tasks.keypoints import TASK
from tests.pipelines.tasks.keypoints.faces import points
from tests.specs import make_spec


def test_a_row_of_a_table() -> None:
    found = points(1, share=0)[0]
    (row,) = make_spec(TASK).view.rows({"keypoints": found}, ())
    assert tuple(row) == COLUMNS
    assert row["nose_tip_x"] == round(float(found[KEYPOINTS.index("nose_tip"), 0]), 2)


def test_the_columns_are_those_of_the_rows() -> None:
    view = make_spec(TASK).view
    schema = view.columns(())
    assert schema == pa.schema([(name, pa.float32()) for name in COLUMNS])
    found = points(1, share=0)[0]
    table = pa.Table.from_pylist(view.rows({"keypoints": found}, ()), schema)
    np.testing.assert_allclose(table.to_pandas().to_numpy().reshape(15, 2), found, atol=0.0051)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_pictures_show_the_points(mode: str) -> None:
    image = Image.new(mode, (80, 60), 90)
    drawn = make_spec(TASK).view.draw(image, {"keypoints": points(1)[0]}, ())
    assert (drawn.mode, drawn.size) == ("RGB", (480, 360))
    assert len(np.unique(np.asarray(drawn).reshape(-1, 3), axis=0)) > 50


def test_asked_about_are_single_coordinates() -> None:
    answers = make_spec(TASK).view.answers(np.zeros(len(COLUMNS)), ())
    assert len(answers) == 4
    for name, weights in answers.items():
        assert weights.sum() == weights[COLUMNS.index(name)] == 1
