"""What holds for every task of params.yaml, and for one from outside: a new task gets it for free.

Each goes through all its stages and parts, on as few samples as will do.
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import yaml
from PIL import Image

from components.core.layout import artifact_folder, data_folder, report_folder
from components.core.task import PARTS, Spec
from pipelines.plan import NEEDS, make_specs
from pipelines.project import load_spec
from pipelines.stages import only_child
from tests.staged import run_stages, staged_project

ROOT = Path(__file__).parents[1]
BLOCKS: Mapping[str, Any] = yaml.safe_load((ROOT / "params.yaml").read_text())["tasks"]

FEW: Mapping[str, Any] = {
    "keypoints": {"source": {"count": 60}},
    "segmentation": {"source": {"counts": {"train": 24, "val": 8, "test": 8}}},
    "detection": {"source": {"counts": {"train": 24, "val": 8, "test": 8}}},
    "instances": {"source": {"counts": {"train": 24, "val": 8, "test": 8}}},
    "objects": {
        "source": {"counts": {"train": 64, "val": 16, "test": 16}},
        "checks": {"balance_floor": 0},
    },
    "person": {"source": {"counts": {"train": 32, "val": 16, "test": 16}}},
    "sentiment": {"source": {"count": 200}, "checks": {"balance_floor": 0}},
    "faces": {"source": {"people": 30, "photos": 4}},
}
"""What makes a task small, where its own data are many or slow to make."""

VARIANTS: Mapping[str, Any] = {
    "segmentation-windows": (
        "segmentation",
        {
            "train": {"model": "fpn", "options": {"width": 16}},
            "augment": {"window": [64, 96]},
        },
    ),
}
"""Tasks whose training images are windows, by a name: task and changes."""

SHADE: Mapping[str, Any] = {
    "task": "shade.py",
    "source": {"kind": "csv_labels", "path": "shades.csv"},
    "prepare": {"height": 18, "width": 18, "channels": 1},
    "train": {"model": "digits_cnn", "epochs": 1},
    "gate": {"thresholds": {"mean_error": {"max": 1.0}}},
}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def merge(block: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A block with some keys of its blocks changed."""
    merged = {key: {**value} if isinstance(value, dict) else value for key, value in block.items()}
    for key, values in changes.items():
        merged[key] = {**merged.get(key, {}), **values}
    return merged


def make_block(name: str) -> dict[str, Any]:
    """A task's block as it is tested."""
    once = {"train": {"epochs": 1, "schedule": {"name": "constant"}, "batch_size": 8}}
    task, changes = VARIANTS.get(name, (name, {}))
    block = SHADE if name == "shade" else merge(BLOCKS[task], FEW.get(task, {}))
    return merge(merge(block, changes), once)


@pytest.fixture(scope="module", params=[*BLOCKS, *VARIANTS, "shade"])
def spec(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Spec]:
    """A task that has run through all its stages in a project of its own."""
    name = request.param
    with staged_project(tmp_path_factory.mktemp(name)) as folder:
        write_shades(folder)
        run_stages(name, make_block(name))
        yield load_spec(name)


def write_shades(folder: Path) -> None:
    """Grey images of 18x18 pixels with noise, their mean brightness in a CSV, and the task."""
    shutil.copy(ROOT / "tests/shade_task.py", folder / "shade.py")
    rng, rows = np.random.default_rng(0), ["path,label"]
    for index in range(40):
        pixels = rng.integers(0, 2 + index * 6, (18, 18)).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{index}.png")
        rows.append(f"{index}.png,{pixels.mean() / 255:.6f}")
    (folder / "shades.csv").write_text("\n".join(rows) + "\n")


def test_the_table_has_the_columns_of_sample_and_labels(spec: Spec) -> None:
    shards = [pd.read_parquet(file) for file in data_folder(spec.name).glob("*.parquet")]
    table = pd.concat(shards, ignore_index=True)
    assert {*spec.sample.columns(), *spec.labels.columns()} <= {*table}
    assert set(table["split"]) == {"train", "val", "test"}
    described = spec.sample.describe(table).join(spec.labels.describe(table), rsuffix="_label")
    assert len(described) == len(table)


def test_every_stage_asks_for_parts_that_there_are(spec: Spec) -> None:
    asked = {part for needs in NEEDS.values() for part in needs.parts}
    assert asked | {"view"} == set(PARTS)  # which predict and score ask for


def test_what_a_stage_is_made_of_is_the_same_twice(spec: Spec) -> None:
    texts = [[each.to_json() for each in make_specs(spec.name).values()] for _ in range(2)]
    assert texts[0] == texts[1]


def test_what_features_pack_they_unpack(spec: Spec) -> None:
    import tensorflow as tf

    example = first_example(spec)
    batch = {key: value[tf.newaxis] for key, value in example.items()}
    packed = spec.features.pack(batch)
    packed[spec.sample.column] = spec.sample.encode(batch[spec.sample.column])
    again = spec.features.unpack({key: value[0] for key, value in packed.items()})
    again[spec.sample.column] = spec.sample.decode(again[spec.sample.column])
    for key, value in example.items():
        np.testing.assert_array_equal(again[key], value)


def test_augmentation_keeps_shapes_types_and_depends_on_the_seed_alone(spec: Spec) -> None:
    """But for the window, which it may be asked to cut out of an image."""
    import tensorflow as tf

    batch = {key: tf.stack([value, value]) for key, value in first_example(spec).items()}
    seeds = tf.constant([[1, 2], [1, 2]], tf.int64)
    changed = spec.augmentation(batch, seeds)
    window = spec.params["augment"].get("window")
    for key, value in batch.items():
        whole = (*value.shape[:1], *window, *value.shape[3:]) if window else value.shape
        kept = value.shape if len(value.shape) < 3 else whole
        assert (changed[key].shape, changed[key].dtype) == (kept, value.dtype), key
        np.testing.assert_array_equal(changed[key][0], changed[key][1])


def test_a_picture_of_an_example_can_be_drawn(spec: Spec) -> None:
    arrays = {key: value.numpy() for key, value in first_example(spec).items()}
    picture = spec.features.draw(spec.sample.picture(arrays[spec.sample.column]), arrays)
    assert picture.width > 0
    assert (report_folder(spec.name, "augment") / "copies.png").is_file()


def test_metrics_are_those_of_the_gate_and_finite(spec: Spec) -> None:
    metrics = json.loads(
        (report_folder(spec.name, "").parent / spec.name / "metrics.json").read_text()
    )
    for name in spec.params["gate"]["thresholds"]:
        assert np.isfinite(metrics[name])


def test_the_model_predicts_and_its_rows_fit_the_schema(spec: Spec) -> None:
    import pyarrow as pa

    from components.core.served_model import ServedModel

    served = ServedModel.load(
        only_child(artifact_folder(spec.name, "train") / "Trainer/model") / "Format-Serving"
    )
    raw = first_sample(spec)
    outputs = served.predict([spec.sample.accept(raw)] * 2)
    prediction = {key: values[0] for key, values in outputs.items()}
    rows = spec.view.rows(prediction, served.classes)
    pa.Table.from_pylist(rows, spec.view.columns(served.classes))
    picture = spec.view.draw(spec.sample.draw(raw), prediction, served.classes)
    assert picture.width > 0
    for further in spec.view.artifacts(prediction, served.classes).values():
        assert further.width > 0


def test_files_are_scored(spec: Spec) -> None:
    from pipelines.scoring import score_samples

    folder = Path("files")
    folder.mkdir(exist_ok=True)
    (folder / f"a{sorted(spec.sample.suffixes)[0]}").write_bytes(b"\0broken")
    suffix = ".png" if ".png" in spec.sample.suffixes else sorted(spec.sample.suffixes)[0]
    (folder / f"b{suffix}").write_bytes(first_sample(spec))
    score_samples(spec, folder, Path("scores.parquet"), latest(spec), plain=False)
    rows = pq.read_table("scores.parquet").to_pylist()
    assert rows[0]["error"]
    assert all(row["error"] is None for row in rows[1:])


def test_a_look_inside_has_its_pictures(spec: Spec, monkeypatch: pytest.MonkeyPatch) -> None:
    from components.explain import chapters
    from components.explain.ascent import Ascent
    from pipelines import explaining
    from pipelines.explaining import explain_model

    if len(spec.sample.shape) < 3:
        pytest.skip("no images")
    monkeypatch.setattr(chapters, "HOW", Ascent(steps=1, octaves=1))
    monkeypatch.setattr(explaining, "SAMPLES", 16)
    monkeypatch.setattr(explaining, "PHOTOS", 1)
    page = explain_model(spec, [], Path("explanations"), latest(spec))
    assert "could not be made" not in page.read_text()
    assert {"activations.png", "dream.png", "fields.png"} <= {
        file.name for file in page.parent.glob("*.png")
    }


def latest(spec: Spec) -> str:
    """The version that the run has registered."""
    from components.register.registry import Registry

    return str(Registry(spec.name).versions()[0].version)


def first_sample(spec: Spec) -> bytes:
    """The first encoded sample of the test split."""
    file = sorted(data_folder(spec.name).glob("test-*.parquet"))[0]
    data: bytes = pq.read_table(file, columns=[spec.sample.column])[0][0].as_py()
    return data


def first_example(spec: Spec) -> dict[str, Any]:
    """The first training example as training parses it."""
    import tensorflow_transform as tft

    from components.core.examples import parse_example
    from components.core.records import read_records

    prepared = artifact_folder(spec.name, "prepare") / "Transform"
    files = only_child(prepared / "transformed_examples") / "Split-train"
    transform = tft.TFTransformOutput(str(only_child(prepared / "transform_graph")))
    record = next(iter(read_records(sorted(map(str, files.glob("*.gz")))).take(1)))
    return parse_example(record, transform.transformed_feature_spec(), spec.sample, spec.features)
