"""What came of `convoy retrain`: an exit code and a summary."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path

from components.core.faults import list_some
from components.core.layout import data_folder
from components.core.measures import overall
from components.core.text import code_block, markdown, sentence, word
from components.core.walking import describe_left_out

Show = Callable[[str], str]
"""How text as it came is made fit for where it goes."""

LISTED = 30
"""Sentences of a list that are shown."""


class Outcome(IntEnum):
    """The exit code; 2 is a wrong command line."""

    NOTHING_NEW = 0
    FAILED = 1
    PROMOTED = 10
    REFUSED = 11
    DATA_ADDED = 12
    DATA_INVALID = 13
    BUSY = 14


HEADLINES = {
    Outcome.NOTHING_NEW: "nothing to do",
    Outcome.FAILED: "an error",
    Outcome.PROMOTED: "a new champion",
    Outcome.REFUSED: "the new model was refused; the champion stays",
    Outcome.DATA_ADDED: "new data were added; the champion stays",
    Outcome.DATA_INVALID: "the new data are invalid and were not taken",
    Outcome.BUSY: "another run is at work",
}


@dataclass
class Report:
    """What happened and why, as far as the run came.

    All but `state` is text as it came, from the data too, and is escaped where it is shown.

    Attributes:
        task: The task's name.
        outcome: What came of it.
        reasons: A sentence each.
        samples: New samples by stratum and split.
        duplicates: Paths of the samples that were left out.
        left_out: How many files and folders of the new data were left out, by reason.
        drift: A sentence a column.
        metrics: The new model's metrics.
        champion: The former champion's metrics on the same data.
        version: The new version.
        rival: The version that was the champion when the gate judged; None without one.
        tag: The git tag of the commit that holds the run.
        log: The end of what a failed stage printed, or the rest of an error's message.
        state: After an error, what things are like now, a sentence of Markdown each.
        planned: Whether this is only what would happen.
    """

    task: str
    outcome: Outcome = Outcome.NOTHING_NEW
    reasons: Sequence[str] = ()
    samples: Mapping[tuple[str, str], int] = field(default_factory=dict)
    duplicates: Sequence[str] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    drift: Sequence[str] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    champion: Mapping[str, float] | None = None
    version: str | None = None
    rival: str | None = None
    tag: str | None = None
    log: str = ""
    state: Sequence[str] = ()
    planned: bool = False

    def title(self) -> str:
        """One line: the subject of the commit, the headline of the summary."""
        version = f" version {self.version}" if self.version else ""
        dry = self.planned and self.outcome is Outcome.NOTHING_NEW
        headline = "a dry run; nothing was changed" if dry else HEADLINES[self.outcome]
        return f"Retrain {self.task}{version}: {headline}"

    def markdown(self) -> str:
        """The summary for a job's page or a chat."""
        return "## " + self._join(markdown)

    def message(self) -> str:
        """The same for a terminal, and for the commit: words are shown as they are."""
        return self._join(sentence)

    def _join(self, show: Show) -> str:
        return "\n\n".join([show(self.title()), *self._sections(show)]) + "\n"

    def _sections(self, show: Show) -> Iterator[str]:
        if self.reasons:
            yield _list(map(show, self.reasons))
        if self.samples or self.duplicates or self.left_out:
            yield "Data: " + self._data(show)
        if self.drift:
            yield "Drift of the new samples:\n\n" + _list(map(show, self.drift))
        if self.metrics:
            yield self._table(show)
        if self.log:
            yield code_block(self.log)
        if self.state:
            yield "How things stand:\n\n" + _list(self.state)
        if self.version and self.tag:
            yield f"Tag `{self.tag}`" + self._comparison()

    def _comparison(self) -> str:
        if self.rival in (None, self.version):  # nobody else to compare with
            return ""
        return f"; compare: `convoy compare {self.task} {self.rival} {self.version}`"

    def _data(self, show: Show) -> str:
        splits: dict[str, int] = {}
        for (_, split), count in self.samples.items():
            splits[split] = splits.get(split, 0) + count
        parts = [f"{count:,} new for {split}" for split, count in sorted(splits.items())]
        if self.duplicates:
            first = ", ".join(show(word(path)) for path in self.duplicates[:3])
            more = ", …" if len(self.duplicates) > 3 else ""
            parts.append(f"{len(self.duplicates):,} known already ({first}{more})")
        told = [f"{'; '.join(parts) or 'nothing new'} in `{data_folder(self.task)}`"]
        return "; ".join([*told, *filter(None, [describe_left_out(self.left_out)])])

    def _table(self, show: Show) -> str:
        rows = ["| metric | this model | champion before |", "|---|---:|---:|"]
        for name, value in overall(self.metrics).items():
            before = (self.champion or {}).get(name)
            rows.append(
                f"| {show(word(name))} | {value:.4g} "
                f"| {'' if before is None else f'{before:.4g}'} |"
            )
        return "\n".join(rows)


def publish(report: Report, summary: Path | None) -> None:
    """Writes the summary to a file, and to GitHub's job page where there is one."""
    if summary is not None:
        summary.parent.mkdir(parents=True, exist_ok=True)
        summary.write_text(report.markdown(), encoding="utf-8")
    page = os.environ.get("GITHUB_STEP_SUMMARY")
    if page:
        with Path(page).open("a", encoding="utf-8") as stream:
            stream.write(report.markdown())


def _list(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in list_some(list(sentences), LISTED))
