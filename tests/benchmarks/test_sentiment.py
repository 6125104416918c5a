"""What the networks for texts are measured against, and the folds."""

import json
from pathlib import Path

from benchmarks.sentiment import FOLDS, count_and_regress, write_folds
from components.ingest.ingest import ingest
from pipelines.tasks.sentiment import TASK
from tests.specs import make_spec

CLASSES = ["neg", "pos"]


def test_a_bag_of_words_tells_classes_that_use_other_words(tmp_path: Path) -> None:
    rows = [{"text": f"{name}! film {at}", "label": name} for name in CLASSES for at in range(60)]
    (tmp_path / "texts.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    source = {"kind": "text_table", "path": str(tmp_path / "texts.jsonl")}
    ingest(make_spec(TASK, source=source, checks={"classes": CLASSES}), tmp_path / "data")
    assert count_and_regress(tmp_path / "data") == 1


def test_each_sentence_is_tested_on_in_one_fold(tmp_path: Path) -> None:
    for name in CLASSES:
        lines = "".join(f"a {name} film, {at}\n" for at in range(25))
        (tmp_path / f"rt-polarity.{name}").write_text(lines, "cp1252")
    tested: list[str] = []
    for file in write_folds(tmp_path, tmp_path):
        rows = [json.loads(line) for line in file.read_text().splitlines()]
        splits = [row["split"] for row in rows]
        assert splits.count("test") == splits.count("val") == 50 / FOLDS
        tested += [row["text"] for row in rows if row["split"] == "test"]
        assert {row["label"] for row in rows if row["split"] == "test"} == {*CLASSES}
    assert len(tested) == len({*tested}) == 50
