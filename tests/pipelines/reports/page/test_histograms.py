import pandas as pd

from pipelines.reports.page.histograms import (
    count_words,
    described_columns,
    draw_numbers,
    draw_words,
)
from pipelines.reports.page.pictures import embed_drawing

SPLITS = {
    "train": pd.DataFrame(
        {
            "label": ["a", "b", "b", None],
            "mask": [["0", "1"], ["1"], None, []],
            "size": [1, 2, 3, 4],
        }
    ),
    "val": pd.DataFrame({"label": ["a"], "mask": [["2"]], "size": [9.5]}),
}


def same(_: str, value: str) -> str:
    return value


def test_words_are_counted_in_every_split() -> None:
    counts = count_words(SPLITS, "label", same)
    assert counts.to_dict("index") == {"a": {"train": 1, "val": 1}, "b": {"train": 2, "val": 0}}


def test_lists_are_counted_value_by_value_under_their_names() -> None:
    counts = count_words(SPLITS, "mask", lambda column, value: f"{column} {value}")
    assert counts["train"].to_dict() == {"mask 1": 2, "mask 0": 1, "mask 2": 0}
    assert counts["val"].sum() == 1


def test_columns_that_are_always_the_same_are_not_drawn() -> None:
    splits = {name: rows.assign(height=28.0) for name, rows in SPLITS.items()}
    assert described_columns(splits) == (["label", "mask"], ["size"])


def test_bars_are_as_long_as_the_shares() -> None:
    figure, caption = draw_words(count_words(SPLITS, "label", same), "label")
    widths = [bar.get_width() for bar in figure.axes[0].patches]
    assert [round(width, 3) for width in widths] == [0.333, 0.667, 1, 0]
    assert "Most frequent: a (2)" in caption.alt or "Most frequent: b (2)" in caption.alt


def test_only_twelve_distributions_are_drawn() -> None:
    splits = {"train": pd.DataFrame({f"x{at}": [0.0, at + 1] for at in range(20)})}
    figure, caption = draw_numbers(splits, list(splits["train"]))
    assert len(figure.axes) == 12
    assert caption.text.endswith("The first 12 of 20.")


def test_equal_figures_are_equal_bytes_whatever_their_names() -> None:
    def make() -> str:
        counts = pd.DataFrame({"train": {"$\\frac{1": 1, "<b>": 2}})
        return str(embed_drawing(*draw_words(counts, "a & b")).source)

    assert make() == make()
