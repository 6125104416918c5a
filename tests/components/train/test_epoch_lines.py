"""What training says epoch by epoch."""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.train.epoch_lines import COLUMNS, EpochLines, format_epoch

LOGS = {"accuracy": 0.91234, "loss": 0.25, "val_accuracy": 0.9, "val_loss": 0.3, "phase": 1}


def test_a_line_tells_loss_and_metrics_on_both_splits() -> None:
    assert format_epoch(3, 20, 4.21, LOGS) == (
        "epoch  3/20    4.2 s  loss 0.25 (val 0.3)  accuracy 0.9123 (val 0.9)"
    )


def test_what_does_not_fit_is_hinted_at() -> None:
    logs = LOGS | {f"metric_of_class_{at}": 1 / 3 for at in range(9)}
    line = format_epoch(3, 20, 4.21, logs)
    assert line.endswith(" …")
    assert "loss 0.25 (val 0.3)" in line
    assert len(line) <= COLUMNS


NAMES = st.text("abcdefgh_", min_size=1, max_size=30)
VALUES = st.floats(allow_nan=True, allow_infinity=True)


@given(
    number=st.integers(1, 10_000),
    seconds=st.floats(0, 1e6),
    logs=st.dictionaries(NAMES, VALUES, max_size=12),
)
def test_no_line_is_wider_than_a_terminal(
    number: int, seconds: float, logs: dict[str, float]
) -> None:
    logs |= {f"val_{name}": value for name, value in logs.items()} | {"loss": 1.0}
    assert len(format_epoch(number, 10_000, seconds, logs)) <= COLUMNS


def test_fit_writes_a_line_an_epoch(capsys: pytest.CaptureFixture[str]) -> None:
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    inputs = np.zeros((8, 1))
    model.fit(
        inputs,
        inputs,
        validation_data=(inputs, inputs),
        epochs=3,
        batch_size=4,
        verbose=0,
        callbacks=[EpochLines()],
    )
    lines = capsys.readouterr().out.splitlines()
    assert [line[:9] for line in lines] == ["epoch 1/3", "epoch 2/3", "epoch 3/3"]
    assert all(" s  loss " in line and "mae " in line and "(val " in line for line in lines)
