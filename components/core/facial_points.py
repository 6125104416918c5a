"""The 15 facial keypoints: names, order, mirror pairs and groups.

Names and order are those of Kaggle's facial-keypoints set. Left is the subject's left, at
the larger x of the image. Coordinates are pixels; the centre of the first pixel is (0, 0).
"""

from collections.abc import Mapping, Sequence

SIDE = 96
"""Height and width of a face image in pixels."""

KEYPOINTS = (
    "left_eye_center",
    "right_eye_center",
    "left_eye_inner_corner",
    "left_eye_outer_corner",
    "right_eye_inner_corner",
    "right_eye_outer_corner",
    "left_eyebrow_inner_end",
    "left_eyebrow_outer_end",
    "right_eyebrow_inner_end",
    "right_eyebrow_outer_end",
    "nose_tip",
    "mouth_left_corner",
    "mouth_right_corner",
    "mouth_center_top_lip",
    "mouth_center_bottom_lip",
)

COLUMNS = tuple(f"{name}_{axis}" for name in KEYPOINTS for axis in "xy")
"""The 30 coordinates in the order of a `keypoints` label."""

MIRROR_PAIRS = tuple(
    (index, KEYPOINTS.index(name.replace("left", "right", 1)))
    for index, name in enumerate(KEYPOINTS)
    if "left" in name
)
"""Indices of a left point and its right counterpart, which swap when an image is mirrored."""

GROUPS: Mapping[str, Sequence[int]] = {
    "eye_centers": (0, 1),
    "eye_corners": (2, 3, 4, 5),
    "brows": (6, 7, 8, 9),
    "nose": (10,),
    "mouth": (11, 12, 13, 14),
}
"""Indices of the points of each part of the face."""
