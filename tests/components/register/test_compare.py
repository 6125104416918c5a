import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from rich.console import Console

from components.core.errors import ConvoyError
from components.register.compare import compare_versions, paired_interval
from components.register.registry import Registry

Register = Callable[..., tuple[Registry, str]]


def show(task: str, a: str, b: str, out: Path) -> list[list[str]]:
    console = Console(width=120, file=io.StringIO(), record=True)
    console.print(compare_versions(task, a, b, out))
    return [line.strip("│ ").split("│") for line in console.export_text().splitlines()]


def test_the_table_has_both_and_the_difference(
    register: Register, wrong_model: Path, test_split: Callable[..., list[str]], project: Path
) -> None:
    test_split([(10, "dark"), (250, "bright"), (100, "bright"), (240, "bright")])
    register()
    register(model=wrong_model)
    rows = show("toy", "1", "2", project / "out")
    cells = [[cell.strip() for cell in row] for row in rows]
    accuracy = next(row for row in cells if row[0] == "accuracy")
    assert accuracy[1:4] == ["0.75", "0.25", "-0.5"]
    low, high = (float(end) for end in accuracy[4].split(" to "))
    assert -1 <= low <= -0.5 <= high <= 1
    with Image.open(project / "out/toy-1-2/disagreements.png") as picture:
        assert picture.height > 4 * 192  # a row for each of the four images


def test_equal_models_agree_everywhere(
    register: Register, test_split: Callable[..., list[str]], project: Path
) -> None:
    test_split([(10, "dark"), (250, "bright")])
    register()
    register()
    rows = show("toy", "1", "challenger", project / "out")
    accuracy = next(row for row in rows if row[0].strip() == "accuracy")
    assert [cell.strip() for cell in accuracy[3:5]] == ["+0", "+0.0000 to +0.0000"]


def test_an_unknown_version_is_named(register: Register, project: Path) -> None:
    register()
    with pytest.raises(ConvoyError, match="9"):
        compare_versions("toy", "1", "9", project)


def test_the_interval_holds_the_mean_at_its_nominal_rate() -> None:
    generator = np.random.default_rng(1)
    hits = 0
    for _ in range(200):
        low, high = paired_interval(generator.normal(0.3, 1, 60))
        hits += low <= 0.3 <= high
    assert 0.89 <= hits / 200 <= 0.99


def test_the_interval_is_close_to_the_normal_one() -> None:
    values = np.random.default_rng(0).normal(1, 2, 2_000)
    half = 1.96 * values.std(ddof=1) / np.sqrt(len(values))
    assert paired_interval(values) == pytest.approx(
        (values.mean() - half, values.mean() + half), abs=0.02
    )


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=20))
def test_missing_scores_are_left_out(values: list[float]) -> None:
    array = np.array(values)
    assert paired_interval(np.append(array, np.nan)) == paired_interval(array)


def test_without_scores_there_is_no_interval() -> None:
    assert np.isnan(paired_interval(np.array([np.nan]))).all()
