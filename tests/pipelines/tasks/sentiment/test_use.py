"""Files and tables of texts as `convoy predict` and `convoy score` take them."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.core.errors import ConvoyError
from components.core.task import Spec
from components.score.score import score
from pipelines.explaining import explain_model
from pipelines.prediction import write_predictions
from pipelines.prediction_inputs import check_file
from pipelines.tasks.sentiment import TASK
from tests.specs import make_spec

CLASSES = ("neg", "pos")
TEXTS = ["good", "a dull\nfilm", "😀"]


class Praise:
    """Takes texts with `good` for positive."""

    classes = CLASSES

    def predict(self, texts: list[bytes]) -> dict[str, np.ndarray]:
        return {"probability": np.array([b"good" in text for text in texts], np.float32)}


@pytest.fixture
def spec() -> Spec:
    """Texts of two classes, scored two at a time."""
    blocks: dict[str, Any] = {"source": {"kind": "text_folder"}}
    return make_spec(TASK, checks={"classes": CLASSES}, evaluate={"batch_size": 2}, **blocks)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SavedModel that takes texts with `good` for positive."""
    import tensorflow as tf

    class Served(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="text")])
        def serve(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
            found = tf.strings.regex_full_match(text, "(?s).*good.*")
            return {"probability": tf.cast(found, tf.float32)}

    folder = tmp_path_factory.mktemp("model") / "Format-Serving"
    module = Served()
    tf.saved_model.save(module, str(folder), signatures={"serving_default": module.serve})
    (folder / "assets.extra").mkdir()
    (folder / "assets.extra" / "classes.txt").write_text("neg\npos\n")
    return folder


def tables(folder: Path) -> list[Path]:
    """The texts as CSV, TSV and JSON lines."""
    for name, delimiter in (("a.csv", ","), ("b.tsv", "\t")):
        with (folder / name).open("w", newline="") as stream:
            writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n")
            writer.writerows([["id", "text"], *([at, text] for at, text in enumerate(TEXTS))])
    lines = (json.dumps({"text": text}) for text in TEXTS)
    (folder / "c.jsonl").write_text("".join(f"{line}\n" for line in lines))
    return [folder / name for name in ("a.csv", "b.tsv", "c.jsonl")]


def predicted(spec: Spec, files: list[Path], out: Path) -> list[list[str]]:
    served: Any = Praise()
    write_predictions(spec, served, files, out)
    with (out / "predictions.csv").open(newline="") as stream:
        return list(csv.reader(stream))


class TestPredict:
    def test_a_file_is_one_text(self, spec: Spec, tmp_path: Path) -> None:
        (tmp_path / "review.txt").write_text("good\n")
        rows = predicted(spec, [tmp_path / "review.txt"], tmp_path / "out")
        assert rows == [
            ["text", "label", "probability"],
            [str(tmp_path / "review.txt"), "pos", "1.000000"],
        ]
        assert (tmp_path / "out/review.png").is_file()

    def test_each_row_of_a_table_is_one(self, spec: Spec, tmp_path: Path) -> None:
        for file in tables(tmp_path):
            rows = predicted(spec, [file], tmp_path / "out")[1:]
            lines = [1, 2, 3] if file.suffix == ".jsonl" else [2, 3, 5]
            assert [row[0] for row in rows] == [f"{file}:{line}" for line in lines]
            assert [row[1] for row in rows] == ["pos", "neg", "neg"]
            assert (tmp_path / f"out/{file.stem}-{lines[2]}.png").is_file()

    @pytest.mark.parametrize(
        ("name", "content", "message"),
        [
            ("a.txt", b"", r"a\.txt: cannot be predicted: is empty"),
            ("a.txt", b"caf\xe9", r"a\.txt: cannot be decoded: not UTF-8 at byte 3"),
            ("a.txt", b"a\0", r"a\.txt: cannot be decoded: has a null character"),
            ("a.csv", b"text\nfine\n\xff\n", r"a\.csv: line 3: .*not UTF-8"),
            ("a.csv", b"id,text\n1,fine\n2,\n", r"a\.csv:3: cannot be predicted: is empty"),
            ("a.csv", b"body\nfine\n", r"a\.csv: line 2: has no 'text', only body"),
            ("a.jsonl", b'{"text": "a"}\n{\n', r"a\.jsonl: line 2: not JSON"),
            ("a.jsonl", rb'{"text": "\ud800"}', r"a\.jsonl:1: cannot be decoded: not UTF-8"),
        ],
    )
    def test_what_cannot_be_predicted_is_named_before_anything_is(
        self, spec: Spec, tmp_path: Path, name: str, content: bytes, message: str
    ) -> None:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ConvoyError, match=message):
            check_file(tmp_path / name, spec.sample)


class TestScore:
    def scores(self, spec: Spec, model: Path, source: Path) -> list[dict[str, Any]]:
        score(spec, model, source, source.parent / "scores.parquet")
        rows: list[dict[str, Any]] = pq.read_table(source.parent / "scores.parquet").to_pylist()
        return rows

    def test_tables(self, spec: Spec, model: Path, tmp_path: Path) -> None:
        for file in tables(tmp_path):
            rows = self.scores(spec, model, file)
            assert [row["label"] for row in rows] == ["pos", "neg", "neg"]
            assert rows[0]["text_path"] == f"{file.name}:{1 if file.suffix == '.jsonl' else 2}"

    def test_bad_rows_are_listed_with_the_reason(
        self, spec: Spec, model: Path, tmp_path: Path
    ) -> None:
        lines = ['{"text": "good"}', '{"text": " "}', "{", '{"text": 1}', '{"text": "a\\u0000"}']
        (tmp_path / "a.jsonl").write_text("\n".join(lines))
        rows = self.scores(spec, model, tmp_path / "a.jsonl")
        assert [row["text_path"] for row in rows] == [f"a.jsonl:{line}" for line in range(1, 6)]
        reasons = [None, "has no text", "not JSON", "'text' must be a text", "has a null character"]
        for row, reason in zip(rows, reasons, strict=True):
            assert (row["error"] is None) if reason is None else row["error"].startswith(reason)

    def test_a_folder_of_files(self, spec: Spec, model: Path, tmp_path: Path) -> None:
        (tmp_path / "texts").mkdir()
        for name, content in {"a.txt": b"good", "b.txt": b"", "c.png": b"\x89"}.items():
            (tmp_path / "texts" / name).write_bytes(content)
        rows = self.scores(spec, model, tmp_path / "texts")
        assert [(row["text_path"], row["label"], row["error"]) for row in rows] == [
            ("a.txt", "pos", None),
            ("b.txt", None, "is empty"),
        ]

    def test_parquet_may_hold_strings(self, spec: Spec, model: Path, tmp_path: Path) -> None:
        table = pa.table({"text_path": ["a", "b"], "text": ["good", None]})
        pq.write_table(table, tmp_path / "a.parquet")
        rows = self.scores(spec, model, tmp_path / "a.parquet")
        assert [row["label"] for row in rows] == ["pos", None]
        assert rows[1]["error"] == "has no text"

    def test_a_table_without_the_column(self, spec: Spec, model: Path, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text("body\nfine\n")
        with pytest.raises(ConvoyError, match=r"a\.csv: has no column 'text', only body"):
            self.scores(spec, model, tmp_path / "a.csv")


def test_convoy_explain_says_where_what_it_goes_by_stands(spec: Spec, tmp_path: Path) -> None:
    message = r"toy takes no images, .*is in reports/toy/evaluate$"
    with pytest.raises(ConvoyError, match=message):
        explain_model(spec, [tmp_path / "absent.txt"], tmp_path / "out", "champion")
    assert not (tmp_path / "out").exists()
