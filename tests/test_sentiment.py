"""Texts, from composed sentences to a champion that reads what people write."""

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.sentiment import count_and_regress
from benchmarks.workspace import ROOT
from tests.staged import convoy, metrics, run_stages, shipped_block, staged_project

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

CALL = """
import mlflow, pandas as pd
mlflow.set_tracking_uri("sqlite:///mlflow.db")
model = mlflow.pyfunc.load_model("models:/sentiment@champion")
texts = ["the plot was not bad .", "the film is dull ."]
print(model.predict(pd.DataFrame({"text": texts})))
"""


@pytest.fixture(scope="module", autouse=True)
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project whose champion has learnt the sentences that convoy composes."""
    with staged_project(tmp_path_factory.mktemp("project")) as folder:
        run_stages("sentiment", shipped_block("sentiment"))
        yield folder


def test_the_network_reads_what_a_bag_of_words_cannot() -> None:
    assert metrics("sentiment")["accuracy"] > 0.95
    assert count_and_regress(Path("data/sentiment")) < 0.85
    assert "champion" in convoy("models", "sentiment")
    for name in ("phrases.csv", "phrases.png", "lengths.png", "evidence_wrong.png", "slices.csv"):
        assert Path("reports/sentiment/evaluate", name).is_file()


def test_it_predicts_and_scores_files_and_tables() -> None:
    texts = {
        "good.txt": "The story is gripping, although the ending is weak.",
        "bad.txt": "<p>The film isn't good.</p>",
    }
    for name, text in texts.items():
        Path(name).write_text(text)
    rows = [{"text": text} for text in (*texts.values(), "")]
    Path("texts.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    convoy("predict", "sentiment", *texts)
    with Path("predictions/predictions.csv").open() as stream:
        assert [row["label"] for row in csv.DictReader(stream)] == ["positive", "negative"]
    assert "has no text" in convoy("score", "sentiment", "texts.jsonl")


def test_without_convoy_it_takes_strings(project: Path) -> None:
    called = subprocess.run(
        [sys.executable, "-c", CALL], cwd=project, capture_output=True, text=True, check=True
    )
    assert "probability" in called.stdout


def test_what_the_champion_does_not_know_is_drift(project: Path) -> None:
    for name in ("dvc.yaml", ".gitignore", ".dvc/config", ".dvc/.gitignore"):
        Path(name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, name)
    rows = ["text,label"]
    rows += [f"kolossal famos {at},positive\nganz furchtbar {at},negative" for at in range(100)]
    Path("new.csv").write_text("\n".join(rows) + "\n")
    author = ("-c", "user.name=convoy", "-c", "user.email=convoy@example.org")
    for words in (("init", "--quiet"), ("add", "--all"), (*author, "commit", "-qm", "begin")):
        subprocess.run(["git", *words], cwd=project, check=True)
    command = ("retrain", "sentiment", "--data", "new.csv", "--kind", "text_table")
    assert "unknown_words" in convoy(*command, "--policy", "on-drift", "--dry-run")
