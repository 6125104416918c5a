from pathlib import Path

from rich.console import Console

from pipelines.reports.train import epoch_table

CURVES = """epoch,accuracy,learning_rate,loss,phase,val_accuracy,val_loss
0,0.5,0.1,0.9,1,0.51,0.8
1,0.7,0.05,0.6,1,0.69,0.55
2,0.8,0.01,0.4,2,0.66,0.61
"""
SPEED = "epoch,examples_per_second\n0,100\n1,900.5\n2,950\n"


def test_the_kept_epoch_is_the_one_with_the_least_validation_loss(tmp_path: Path) -> None:
    csv = tmp_path / "curves.csv"
    speed = tmp_path / "speed.csv"
    csv.write_text(CURVES)
    speed.write_text(SPEED)
    console = Console(width=100)
    with console.capture() as capture:
        console.print(epoch_table(csv, speed))
    rows = [line.strip("│").split("│") for line in capture.get().splitlines() if "│" in line]
    assert [[cell.strip() for cell in row] for row in rows] == [
        ["accuracy", "0.7", "0.69"],
        ["learning_rate", "0.05", ""],
        ["loss", "0.6", "0.55"],
        ["examples_per_second", "900.5", ""],
    ]
    assert "epoch 2 of 3 is kept" in capture.get()
