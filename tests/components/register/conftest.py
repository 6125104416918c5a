import io
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import yaml
from PIL import Image

from components.register.registry import Registry
from components.register.tracking import training_run
from pipelines.digest import folder_digest
from pipelines.params import TaskParams, check_block

TASK = "from pipelines.tasks.classification import Classification\n\nTASK = Classification()\n"

BLOCK = {
    "task": "toy.py",
    "source": {"kind": "folder", "path": "raw"},
    "checks": {},
    "prepare": {"height": 4, "width": 4, "channels": 1},
    "augment": {},
    "train": {"model": "cnn", "options": {"filters": [8, 16]}, "epochs": 2},
    "evaluate": {},
    "gate": {"thresholds": {"accuracy": {"min": 0.5}, "macro_f1": {"min": 0.1}}},
}


def png(grey: int) -> bytes:
    contents = io.BytesIO()
    Image.new("L", (4, 4), grey).save(contents, "PNG")
    return contents.getvalue()


@pytest.fixture(scope="session")
def image() -> Callable[[int], bytes]:
    """Makes a PNG of one shade of grey, 0 to 255."""
    return png


def save_toy(folder: Path, classes: Sequence[str], inverted: bool = False) -> Path:
    """A SavedModel: the brightness of the first pixel is the probability of the last class."""
    import tensorflow as tf

    class Toy(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="image")])
        def serve(self, image: tf.Tensor) -> dict[str, tf.Tensor]:
            def brightness(contents: tf.Tensor) -> tf.Tensor:
                return tf.cast(tf.image.decode_png(contents, 1)[0, 0, 0], tf.float32) / 255

            bright = tf.map_fn(brightness, image, fn_output_signature=tf.float32)
            zeros = [tf.zeros_like(bright)] * (len(classes) - 2)
            pair = [bright, 1 - bright] if inverted else [1 - bright, bright]
            probabilities = tf.stack([pair[0], *zeros, pair[1]], axis=-1)
            return {"probabilities": probabilities, "bytes": tf.strings.length(image)}

    module = Toy()
    tf.saved_model.save(module, str(folder), signatures={"serving_default": module.serve})
    (folder / "assets.extra").mkdir()
    (folder / "assets.extra" / "classes.txt").write_text("\n".join(classes) + "\n")
    (folder / "model.keras").write_bytes(b"network")
    return folder


@pytest.fixture(scope="session")
def toy_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that tells dark from bright images."""
    return save_toy(tmp_path_factory.mktemp("toy") / "Format-Serving", ("dark", "bright"))


@pytest.fixture(scope="session")
def wrong_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that takes bright images for dark ones."""
    folder = tmp_path_factory.mktemp("wrong") / "Format-Serving"
    return save_toy(folder, ("dark", "bright"), inverted=True)


@pytest.fixture(scope="session")
def wider_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that knows one more class."""
    folder = tmp_path_factory.mktemp("wider") / "Format-Serving"
    return save_toy(folder, ("dark", "medium", "bright"))


@pytest.fixture
def test_split(project: Path) -> Callable[..., list[str]]:
    """Writes images of grey values with their labels where the prepare stage does."""

    def write(examples: Sequence[tuple[int, str]]) -> list[str]:
        import tensorflow as tf

        folder = project / "artifacts/toy/prepare/ExampleGen/examples/1/Split-test"
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "data_tfrecord-00000-of-00001.gz"
        with tf.io.TFRecordWriter(str(file), "GZIP") as writer:
            for at, (grey, label) in enumerate(examples):
                writer.write(serialize(png(grey), f"{label}/{at}.png", label))
        return [str(file)]

    return write


def serialize(image: bytes, path: str, label: str) -> bytes:
    import tensorflow as tf

    def text(value: bytes) -> tf.train.Feature:
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))

    def number(value: int) -> tf.train.Feature:
        return tf.train.Feature(int64_list=tf.train.Int64List(value=[value]))

    feature = {
        "image": text(image),
        "image_path": text(path.encode()),
        "label": text(label.encode()),
        "width": number(4),
        "height": number(4),
    }
    return tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """MLflow's tables take seconds to make, so each test has a copy."""
    import mlflow  # after components.register, which sets its environment

    file = tmp_path_factory.mktemp("store") / "mlflow.db"
    mlflow.MlflowClient(f"sqlite:///{file}").search_experiments()
    return file


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_database: Path) -> Path:
    """A project's folder, which becomes the current one, with a store of its own."""
    (tmp_path / "params.yaml").write_text(yaml.safe_dump({"tasks": {"toy": BLOCK}}))
    (tmp_path / "toy.py").write_text(TASK)
    shutil.copy(empty_database, tmp_path / "mlflow.db")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")
    return tmp_path


@pytest.fixture
def params() -> TaskParams:
    return check_block("toy", BLOCK, TaskParams)


@pytest.fixture
def register(
    project: Path, params: TaskParams, toy_model: Path
) -> Callable[..., tuple[Registry, str]]:
    """Trains (in name) and registers a version of the toy model."""

    def register(accuracy: float = 0.9, model: Path | None = None) -> tuple[Registry, str]:
        with training_run("toy", params) as run_id:
            pass
        registry = Registry("toy")
        version = registry.register(
            run_id,
            model or toy_model,
            {"accuracy": accuracy, "macro_f1": 0.2},
            {
                "git_commit": "0123456789abcdef-dirty",
                "data_hash": "fedcba9876543210.dir",
                "model_digest": folder_digest(model or toy_model),
            },
            png(200),
        )
        return registry, version

    return register
