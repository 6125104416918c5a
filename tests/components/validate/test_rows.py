"""Duplicates, against a plain search."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from components.validate.rows import find_duplicates

images = st.tuples(st.sampled_from("abcde"), st.sampled_from(["train", "val"]))


@given(st.lists(images, min_size=1, max_size=9))
def test_duplicates(images: list[tuple[str, str]]) -> None:
    rows = pd.DataFrame(images, columns=["sha256", "split"], dtype=object)
    rows["image_path"] = [f"{at}.png" for at in range(len(rows))]
    found = find_duplicates(rows)
    for at, (image, _) in enumerate(images):
        others = [other for other, (same, _) in enumerate(images) if same == image and other != at]
        if others:
            assert found[at] == f"same as {others[0]}.png in {images[others[0]][1]}"
        else:
            assert pd.isna(found[at])
