"""Light, layers, hair, props and the camera."""

import numpy as np
import pytest
from PIL import Image

from components.ingest.draws import pick
from components.ingest.sources.faces import chart, hair, light, props, textures
from components.ingest.sources.faces import head as heads
from components.ingest.sources.faces.camera import compress, expose, photograph
from components.ingest.sources.faces.layer import Layer, blend
from components.ingest.sources.faces.layout import Layout
from components.ingest.sources.faces.light import Light
from components.ingest.sources.faces.pose import Pose, turn
from components.ingest.sources.faces.render import render
from components.ingest.sources.faces.traits import Expression, Look, Shape

SIDE = 160
FRONT = Pose(np.eye(3), 0.85, np.array([SIDE / 2, 60]))


def lamp(x: float, y: float, z: float) -> Light:
    return Light(np.array([x, y, z]) / np.linalg.norm([x, y, z]), 1, 0.1, 0, 0)


def face() -> tuple[Shape, Layout, heads.Head]:
    rng = np.random.default_rng(5)
    shape, expression = Shape.draw(rng), Expression.draw(rng)
    layout = Layout.of(shape, expression)
    return shape, layout, heads.build(shape, expression, layout)


def test_picks_have_their_weights() -> None:
    rng = np.random.default_rng(0)
    draws = [pick(rng, "abc", (0.6, 0.3, 0.1)) for _ in range(4000)]
    shares = [draws.count(letter) / 4000 for letter in "abc"]
    np.testing.assert_allclose(shares, [0.6, 0.3, 0.1], atol=0.03)
    assert {pick(rng, "ab") for _ in range(50)} == {"a", "b"}


@pytest.mark.parametrize("name", list(textures.SMOOTHING))
def test_textures(name: textures.Texture) -> None:
    sheet = textures.sheet(name)
    assert abs(sheet.mean()) < 1e-4
    assert sheet.std() == pytest.approx(1, abs=1e-4)
    assert textures.cut(np.random.default_rng(0), name, 96).shape == (96, 96)


def test_the_side_towards_the_lamp_is_brighter() -> None:
    shape, _, head = face()
    white = np.ones((chart.CELLS, chart.CELLS), np.float32)
    for sign in (-1, 1):
        shaded = light.shade(head, FRONT, lamp(sign, 0, 0.5), white, 0 * white, white)
        left, right = shaded[:, : chart.CELLS // 2].mean(), shaded[:, chart.CELLS // 2 :].mean()
        assert sign * (right - left) > 0.1
    assert light.hollows(shape).max() <= 1.01


def test_light_turns_with_the_camera() -> None:
    _, _, head = face()
    white = np.ones((chart.CELLS, chart.CELLS), np.float32)
    turned = Pose(turn(np.pi / 2, 0, 0), 1, np.zeros(2))
    ahead = light.shade(head, FRONT, lamp(0, 0, 1), white, 0 * white, white)
    aside = light.shade(head, turned, lamp(1, 0, 0), white, 0 * white, white)
    np.testing.assert_allclose(ahead, aside, atol=1e-4)


@pytest.mark.parametrize(("x", "column"), [(-1, 24), (1, 15)])
def test_a_wall_casts_its_shadow_away_from_the_lamp(x: int, column: int) -> None:
    depth = np.zeros((40, 40), np.float32)
    depth[:, 18:22] = 30
    shadow = light.shadow(depth, lamp(x, 0, 1), scale=1)
    assert shadow[20, column] > 0.8
    assert shadow[20, 39 - column] == 0
    assert (shadow[:, 18:22] == 0).all()


def test_no_shadow_falls_on_what_is_far_behind() -> None:
    depth = np.full((40, 40), -150, np.float32)
    depth[:, 18:22] = 30
    assert not light.shadow(depth, lamp(-1, 0, 1), scale=1).any()


def test_a_layer_is_laid_over_a_picture() -> None:
    layer = Layer(20, lambda points: np.asarray(points) * 2.0, 2)
    layer.polygon([[1, 1], [1, 4], [4, 4], [4, 1]], 0.6, 0.5)
    picture = blend(np.full((20, 20), 0.2, np.float32), *layer.channels())
    assert picture[5, 5] == pytest.approx(0.4, abs=0.01)
    assert picture[15, 15] == pytest.approx(0.2)


@pytest.mark.parametrize(
    "style", [hair.short, hair.bald, hair.fringe, hair.long_hair, hair.curly, hair.cap]
)
def test_hair_leaves_the_middle_of_the_face_free(style: object) -> None:
    look = Look.draw(np.random.default_rng(0))
    for seed in range(10):
        rng = np.random.default_rng(seed)
        cover = hair.grow_hair(rng, look, style(rng))  # type: ignore[operator]
        middle = slice(chart.CELLS * 4 // 9, chart.CELLS * 5 // 9)
        assert cover.opacity[middle, middle].max() == 0
        assert cover.opacity[2, chart.CELLS // 2] > 0.5
        assert cover.thickness.min() > -5


def test_a_beard_leaves_eyes_and_forehead_free() -> None:
    look = Look.draw(np.random.default_rng(0))
    for seed in range(20):
        cover = hair.grow_beard(np.random.default_rng(seed), look, 60)
        assert cover.opacity[: chart.CELLS // 2, chart.CELLS // 2].max() < 0.2
        assert cover.opacity[chart.CELLS // 2 :].max() > 0.1


@pytest.mark.parametrize("yaw", [-0.7, 0, 0.7])
def test_glasses_are_around_the_eyes(yaw: float) -> None:
    _, layout, head = face()
    pose = Pose(turn(yaw, 0, 0), 0.85, np.array([SIDE / 2 - 70 * np.sin(yaw), 60]))
    worn = props.glasses(np.random.default_rng(1), head, pose, layout, SIDE).channels()[1]
    eyes = pose.project(head.points(chart.place(layout.keypoints()[:2])))
    for x, y in eyes:
        column = worn[:, round(x)].nonzero()[0]
        assert column.min() < y < column.max()
    assert not worn[100:].any()


@pytest.mark.parametrize("prop", [props.hand, props.scarf, props.wisps, props.thing])
def test_props_hide_a_part_of_the_picture(prop: object) -> None:
    look = Look.draw(np.random.default_rng(0))
    shares = []
    for seed in range(20):
        layer = Layer(SIDE, FRONT.project, FRONT.scale)
        prop(np.random.default_rng(seed), layer, look, 0.5)  # type: ignore[operator]
        shares.append((layer.channels()[1] > 0).mean())
    assert 0.005 < np.mean(shares) < 0.5


@pytest.mark.parametrize("value", [0, 0.5, 3])
def test_a_photograph_of_one_grey(value: float) -> None:
    for seed in range(10):
        image = photograph(np.random.default_rng(seed), np.full((96, 96), value, np.float32))
        assert (image.shape, image.dtype) == ((96, 96), np.uint8)


def test_exposure_uses_most_of_the_range() -> None:
    picture = np.random.default_rng(0).uniform(0.3, 0.5, (96, 96)).astype(np.float32)
    spans = [np.ptp(expose(np.random.default_rng(seed), picture)) for seed in range(20)]
    assert np.mean(spans) > 0.5


def test_compression_loses_little() -> None:
    ramp = np.tile(np.linspace(0, 255, 96).astype(np.uint8), (96, 1))
    after = np.asarray(compress(Image.fromarray(ramp), 90), float)
    assert np.abs(after - ramp).mean() < 3


def test_a_face_depends_on_its_generator_alone() -> None:
    first, second = render(np.random.default_rng(4)), render(np.random.default_rng(4))
    np.testing.assert_array_equal(first.image, second.image)
    np.testing.assert_array_equal(first.points, second.points)
    assert first.image.std() > 10
