"""A line an epoch on the terminal, and how far the epoch has come."""

import sys
import time
from collections.abc import Iterator, Mapping

import keras
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

COLUMNS = 80
FACTS = frozenset(("learning_rate", "momentum", "phase"))
"""What the curves tell, too, and no line has room for."""
VAL = "val_"
MORE = " …"


class EpochLines(keras.callbacks.Callback):
    """Writes a line of at most 80 columns an epoch; a terminal sees the steps count up."""

    async_safe = True  # the device does not wait for the bar

    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:
        """Begins the bar."""
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        self.bar = Progress(
            *columns,
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self.steps = self.bar.add_task("epoch", total=None)
        self.bar.start()

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Starts the clock."""
        self.begin = time.perf_counter()
        title = _title(epoch + 1, self.params["epochs"])
        self.bar.reset(self.steps, total=self.params.get("steps"), description=title)

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        """Counts a step."""
        self.bar.update(self.steps, completed=batch + 1)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Writes the line."""
        seconds = time.perf_counter() - self.begin
        line = format_epoch(epoch + 1, self.params["epochs"], seconds, logs or {})
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    def on_train_end(self, logs: Mapping[str, float] | None = None) -> None:
        """Takes the bar away."""
        self.bar.stop()


def format_epoch(number: int, epochs: int, seconds: float, logs: Mapping[str, float]) -> str:
    """The line of an epoch.

    Args:
        number: Of the epoch, from 1.
        epochs: The most that there will be.
        seconds: What it took, validation included.
        logs: Its loss and metrics; `val_<metric>` belongs to `<metric>`.

    Returns:
        The loss, and as many metrics as 80 columns hold; `…` says that there are more.
    """
    line = f"{_title(number, epochs)} {seconds:6.1f} s"
    told = list(_told(logs))
    for position, part in enumerate(told):
        last = position == len(told) - 1
        room = COLUMNS - (0 if last else len(MORE))
        if len(line) + len(part) > room:
            return line + MORE
        line += part
    return line


def _title(number: int, epochs: int) -> str:
    return f"epoch {number:{len(str(epochs))}}/{epochs}"


def _told(logs: Mapping[str, float]) -> Iterator[str]:
    """The loss and the metrics, each with its value on the validation split."""
    names = [name for name in logs if not name.startswith(VAL) and name not in FACTS]
    for name in sorted(names, key=lambda name: name != "loss"):
        validated = f" (val {logs[VAL + name]:.4g})" if VAL + name in logs else ""
        yield f"  {name} {logs[name]:.4g}{validated}"
