"""Where the batches of samples lie that came after the source."""

from pathlib import Path

from components.core.errors import ConvoyError

INCOMING = Path("data/incoming")


def incoming_folder(task: str) -> Path:
    """The batches of a task, each a folder of parquet shards named `<number>-<hash>`."""
    return INCOMING / task


def list_batches(task: str) -> list[Path]:
    """The folders of the batches of a task, the oldest first.

    Raises:
        ConvoyError: When DVC tracks a batch that is not here.
    """
    folder = incoming_folder(task)
    for tracked in sorted(folder.glob("*.dvc")):
        if not tracked.with_suffix("").is_dir():
            raise ConvoyError(f"{tracked.with_suffix('')}: not here; run: dvc pull {tracked}")
    visible = (child for child in folder.glob("*") if not child.name.startswith("."))
    return sorted(child for child in visible if child.is_dir())
