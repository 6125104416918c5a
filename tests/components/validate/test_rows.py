"""Duplicates and divided groups, against a plain search."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from components.validate.rows import find_divided, find_duplicates

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


members = st.tuples(st.none() | st.sampled_from("abc"), st.sampled_from(["train", "val", None]))


@given(st.lists(members, max_size=9))
def test_divided_groups(members: list[tuple[str | None, str | None]]) -> None:
    found = find_divided(pd.DataFrame(members, columns=["group", "split"], dtype=object))
    for at, (group, _) in enumerate(members):
        splits = sorted({split for other, split in members if other == group and split})
        if group is not None and len(splits) > 1:
            assert found[at] == f"{group} is in {', '.join(splits)}"
        else:
            assert pd.isna(found[at])
