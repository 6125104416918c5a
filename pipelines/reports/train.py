"""What a person sees after the train stage."""

from pathlib import Path

import pandas as pd

from pipelines.reports.terminal import PlainTable

VAL = "val_"


def epoch_table(csv: Path, speed: Path) -> PlainTable:
    """The values of the epoch whose weights are kept, for the terminal.

    Args:
        csv: As Keras's `CSVLogger` writes it: a row an epoch; the column `val_<metric>`
            belongs to `<metric>`.
        speed: Further columns of the same epochs.
    """
    curves = pd.read_csv(csv).merge(pd.read_csv(speed), on="epoch")
    number = int(curves["val_loss"].argmin())
    values = curves.drop(columns=["epoch", "phase"]).iloc[number]
    table = PlainTable(
        "metric", title="training", caption=f"epoch {number + 1} of {len(curves)} is kept"
    )
    table.add_column("training", justify="right")
    table.add_column("validation", justify="right")
    for name in (name for name in values.index if not name.startswith(VAL)):
        validated = f"{values[VAL + name]:.4g}" if VAL + name in values else ""
        table.add_row(name, f"{values[name]:.4g}", validated)
    return table
