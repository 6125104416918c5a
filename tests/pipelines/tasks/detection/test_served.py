"""A detector as it is exported: from encoded images to rows, whatever their number."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components.core.served_model import ServedModel
from components.core.task import Spec
from components.evaluate.interface import read_interface
from components.score.scorer import Scorer
from pipelines.tasks.detection import TASK
from tests.specs import make_spec
from tests.toys import png

MOST = 7


def make(model: str) -> Spec:
    return make_spec(
        TASK,
        "pets",
        source={"kind": "rendered_boxes"},
        checks={"classes": ["cat", "dog"], "max_boxes": 8},
        prepare={"height": 64, "width": 96, "channels": 3},
        train={
            "model": model,
            "epochs": 1,
            "options": {"width": 8},
            "suppression": {"confidence": 0.0, "most": MOST},
        },
        show={"confidence": 0.0},
        gate={"thresholds": {"ap50": {"min": 0.5}}},
    )


@pytest.mark.slow
@pytest.mark.parametrize("model", ["yolo_anchor_free", "yolo_grid"])
def test_an_exported_detector_scores_images_of_any_size(model: str, tmp_path: Path) -> None:
    import tensorflow as tf

    from components.core.layers import layer_table
    from components.train.export import export
    from models import build_model

    spec, none = make(model), Any
    body = build_model(model, spec.sample.shape, spec.learning.outputs(none), {"width": 8})
    network = spec.sample.entrance(body, tf.data.Dataset.range(0), raw=True)
    export(network, none, spec, tmp_path / "model")
    assert layer_table(network).parameters.sum() == network.count_params()
    interface = read_interface(tmp_path / "model")
    assert interface.outputs == {
        "boxes": f"float32 [?, {MOST}, 4]",
        "classes": f"int32 [?, {MOST}]",
        "count": "int32 [?]",
        "scores": f"float32 [?, {MOST}]",
    }
    served = ServedModel.load(tmp_path / "model")
    scorer = Scorer(served, spec.sample, spec.view, batch_size=2)
    images = [png(30, (20, 10)), b"broken", png(90, (300, 200))]
    small, broken, large = scorer.score(images)
    assert {*broken[0]} == {"error"}
    for rows, width, height in ((small, 20, 10), (large, 300, 200)):
        assert 0 < len(rows) <= MOST
        edges = np.array([[row[name] for name in ("x0", "y0", "x1", "y1")] for row in rows])
        assert (edges >= 0).all()
        assert (edges <= (width, height, width, height)).all()
        assert [row["score"] for row in rows] == sorted((r["score"] for r in rows), reverse=True)
