"""Names, order, mirror pairs and groups of the 15 points."""

from components.core.facial_points import COLUMNS, GROUPS, KEYPOINTS, MIRROR_PAIRS


def test_columns_are_those_of_kaggles_file() -> None:
    assert len(COLUMNS) == 30
    assert COLUMNS[:4] == (
        "left_eye_center_x",
        "left_eye_center_y",
        "right_eye_center_x",
        "right_eye_center_y",
    )
    assert COLUMNS[20] == "nose_tip_x"
    assert COLUMNS[-1] == "mouth_center_bottom_lip_y"


def test_mirror_pairs_join_each_left_point_with_its_right_one() -> None:
    assert MIRROR_PAIRS == ((0, 1), (2, 4), (3, 5), (6, 8), (7, 9), (11, 12))


def test_the_unpaired_points_lie_in_the_middle() -> None:
    paired = {index for pair in MIRROR_PAIRS for index in pair}
    middle = [name for index, name in enumerate(KEYPOINTS) if index not in paired]
    assert middle == ["nose_tip", "mouth_center_top_lip", "mouth_center_bottom_lip"]


def test_groups_part_the_points_in_order() -> None:
    assert [index for group in GROUPS.values() for index in group] == list(range(15))
    assert [KEYPOINTS[index] for index in GROUPS["nose"]] == ["nose_tip"]
    assert all("eyebrow" in KEYPOINTS[index] for index in GROUPS["brows"])
    assert all("corner" in KEYPOINTS[index] for index in GROUPS["eye_corners"])
