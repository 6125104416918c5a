"""Where the files of a task lie, relative to the project's folder."""

from pathlib import Path

METADATA = "metadata.sqlite"
CURVES_FILE = "curves.csv"
LAYERS_FILE = "layers.csv"
FILTERS_FILE = "filters.png"
PAGE_FILE = "index.html"
SPEED_FILE = "speed.csv"
USAGE_FILE = "usage.json"
METRICS_FILE = "metrics.json"
INTERVALS_FILE = "intervals.json"
PER_CLASS_FILE = "per_class.csv"
SLICES_FILE = "slices.csv"
RULES_FILE = "rules.csv"
CARD_FILE = "card.md"
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
    """What one stage of the TFX pipeline wrote."""
    return Path("artifacts") / task / stage


def diary_folder(task: str, stage: str) -> Path:
    """What a stage noted that is never the same twice, times and ids; no stage depends on it."""
    return Path("artifacts") / task / "diary" / stage


def lineage_file(task: str, stage: str) -> Path:
    """The lineage store up to a stage of the TFX pipeline."""
    return diary_folder(task, stage) / METADATA


def speed_file(task: str) -> Path:
    """How fast each epoch of the training was."""
    return diary_folder(task, "train") / SPEED_FILE


def usage_file(task: str, stage: str) -> Path:
    """How long a stage took and how much memory it needed."""
    return diary_folder(task, stage) / USAGE_FILE


def page_file(task: str) -> Path:
    """The page that shows all that is known of a task."""
    return Path("reports") / task / PAGE_FILE


def report_folder(task: str, stage: str) -> Path:
    """What a person looks at after a stage: figures, plots and pictures."""
    return Path("reports") / task / stage
