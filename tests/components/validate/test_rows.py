"""Duplicates, against a plain search."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from components.validate.rows import find_duplicates

clips = st.tuples(st.sampled_from("abcde"), st.sampled_from(["train", "val"]))


@given(st.lists(clips, min_size=1, max_size=9))
def test_duplicates(clips: list[tuple[str, str]]) -> None:
    rows = pd.DataFrame(clips, columns=["sha256", "split"], dtype=object)
    rows["clip_path"] = [f"{at}.png" for at in range(len(rows))]
    found = find_duplicates(rows, "clip_path")
    for at, (clip, _) in enumerate(clips):
        others = [other for other, (same, _) in enumerate(clips) if same == clip and other != at]
        if others:
            assert found[at] == f"same as {others[0]}.png in {clips[others[0]][1]}"
        else:
            assert pd.isna(found[at])
