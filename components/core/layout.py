"""Where the files of a task lie, relative to the project's folder."""

from pathlib import Path

METADATA = "metadata.sqlite"
CURVES_FILE = "curves.csv"
METRICS_FILE = "metrics.json"
CHAMPION_FILE = "champion.json"
DECISION_FILE = "decision.json"
REGISTRATION_FILE = "registration.json"


def data_folder(task: str) -> Path:
    """The parquet shards."""
    return Path("data") / task


def schema_file(task: str) -> Path:
    """The curated schema of the examples; inferred and proposed when missing."""
    return Path("data/schemas") / f"{task}.pbtxt"


def artifact_folder(task: str, stage: str) -> Path:
    """What one stage of the TFX pipeline wrote, with the lineage store up to it."""
    return Path("artifacts") / task / stage


def report_folder(task: str, stage: str) -> Path:
    """What a person looks at after a stage: figures, plots and pictures."""
    return Path("reports") / task / stage
