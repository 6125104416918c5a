"""Makes a batch out of new labelled samples."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from components.core.files import folder_digest
from components.core.incoming import incoming_folder, list_batches
from components.core.layout import data_folder
from components.core.task import Spec
from components.ingest.entries import Entry, make_entry
from components.ingest.grouping import read_groups
from components.ingest.ingest import load_source, read_records, write_shards
from components.ingest.known import KnownSamples
from components.ingest.params import SourceParams
from components.ingest.splitting import Splitter

LEARNING_SPLITS = ("train", "val")
HASH_LENGTH = 8


@dataclass(frozen=True)
class Batch:
    """New samples in the canonical form, not yet among the data.

    Attributes:
        folder: Where the shards lie.
        name: What the batch will be called: its number and the hash of its shards.
        samples: Number of samples by stratum and split.
        duplicates: Paths of the samples that are known already and were left out.
        left_out: How many files and folders the source left out, by reason.
    """

    folder: Path
    name: str
    samples: Mapping[tuple[str, str], int]
    duplicates: Sequence[str]
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """The number of samples."""
        return sum(self.samples.values())

    def append(self, task: str) -> Path:
        """Moves the batch to the others, as a whole; it must lie on the same file system."""
        target = incoming_folder(task) / self.name
        target.parent.mkdir(parents=True, exist_ok=True)
        return self.folder.rename(target)


def stage_batch(spec: Spec, source: SourceParams, folder: Path, test: bool) -> Batch:
    """Reads new samples into a folder beside the data; those known already are left out.

    Known are samples of which the encoded bytes are among the data or earlier in the batch. Those
    of a group that is among the data go to the group's split, even where that is the test split.

    Args:
        spec: The task; the shares of the splits are those of its own source.
        source: Where the new samples are; their groups are found as the task's own are, unless it
            says how.
        folder: An empty folder for the shards.
        test: Whether some of them go to the test split. Otherwise it stays as it was, and
            samples that the source has for testing are learnt from.

    Raises:
        DataError: When the source has a sample that it cannot read, other labels, or a sample
            that is known with another label.
        ConvoyError: When the source is absent or wrongly configured.
    """
    own = SourceParams.model_validate(spec.params["source"])
    batches = list_batches(spec.name)
    number = int(batches[-1].name.partition("-")[0]) + 1 if batches else 1
    grouped = {"group": source.group or own.group}
    reader = load_source(source.model_dump() | grouped, "--data", spec)
    folders = (data_folder(spec.name), *batches)
    files = [file for folder in folders for file in sorted(folder.glob("*.parquet"))]
    known = KnownSamples(files, spec.sample.path_column, spec.labels)
    read = (make_entry(record, spec.sample, spec.labels) for record in read_records(reader))
    new = known.leave_out(read, str(reader.path))
    moved = (replace(entry, path=f"incoming/{number:05}/{entry.path}") for entry in new)
    shares = own.splits.model_dump()
    splits = (*LEARNING_SPLITS, "test") if test else LEARNING_SPLITS
    groups = read_groups(files)
    splitter = Splitter({split: shares[split] for split in splits}, own.split_seed + number, groups)
    entries = _assign(moved, splitter, splits, groups)
    counts, _ = write_shards(entries, spec.sample, spec.labels, folder, own.rows_per_shard)
    digest = folder_digest(folder)[:HASH_LENGTH]
    return Batch(folder, f"{number:05}-{digest}", counts, known.left_out, reader.left_out())


def _assign(
    entries: Iterable[Entry], splitter: Splitter, splits: Sequence[str], groups: Collection[str]
) -> Iterator[Entry]:
    """Keeps the splits that the source brings where they are wanted, and assigns the others."""
    for entry in entries:
        kept = entry.split in splits and entry.group not in groups
        yield entry if kept else replace(entry, split=splitter.assign(entry.stratum, entry.group))
