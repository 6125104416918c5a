"""Images, from the source's bytes to the network's entrance and the served graph."""

import io
from collections.abc import Sequence

import keras
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import tensorflow as tf
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image
from pydantic import ValidationError

from components.core.parts import SampleError
from components.samples.image import ImageSample, pixel_statistics
from tests.bombs import LARGE
from tests.tables import image_sample, make_row
from tests.turned import STORED, encode_turned

RNG = np.random.default_rng(0)


def encode(pixels: np.ndarray, kind: str = "PNG") -> bytes:
    contents = io.BytesIO()
    Image.fromarray(pixels).save(contents, kind)
    return contents.getvalue()


def noise(*shape: int) -> np.ndarray:
    return RNG.integers(0, 256, shape, np.uint8)


class TestIngest:
    def test_what_is_inspected_is_what_the_table_has(self) -> None:
        inspected = image_sample().inspect(encode(noise(5, 7, 3)))
        assert inspected.keys() == {*image_sample().columns(), "decode_error"}
        sizes = [inspected[name] for name in ("width", "height", "channels")]
        assert sizes == [7, 5, 3]
        assert inspected["decode_error"] is None

    @pytest.mark.parametrize(
        "data", [b"", b"no image", encode(noise(9, 9))[:60]], ids=["empty", "text", "cut"]
    )
    def test_broken_bytes_are_kept_and_told_of(self, data: bytes) -> None:
        inspected = dict(image_sample().inspect(data))
        assert inspected.pop("image") == data
        assert inspected.pop("decode_error")
        assert set(inspected.values()) == {None}

    def test_light_is_exact(self) -> None:
        half = np.zeros((4, 6), np.uint8)
        half[:2] = 255
        inspected = image_sample().inspect(encode(half))
        assert (inspected["brightness"], inspected["contrast"]) == (0.5, 0.5)

    def test_colours_count_by_their_grey_value(self) -> None:
        inspected = image_sample().inspect(encode(np.full((2, 2, 3), 255, np.uint8)))
        assert (inspected["brightness"], inspected["contrast"]) == (1, 0)

    def test_every_suffix_is_one_that_pillow_reads(self) -> None:
        assert set(Image.registered_extensions()) >= ImageSample.suffixes


class TestRules:
    def test_only_what_is_declared_is_demanded(self) -> None:
        names = [rule.description for rule in image_sample().rules()]
        assert names == ["image is not constant"]
        rules = image_sample(checks={"width": 8, "channels": 3}).rules()
        assert [rule.description for rule in rules] == [
            "image is not constant",
            "width as declared",
            "channels as declared",
        ]

    def test_other_keys_of_the_checks_are_other_parts(self) -> None:
        sample = ImageSample.model_validate(
            {
                "name": "toy",
                "checks": {"classes": ["a"], "height": 3},
                "prepare": {"height": 2, "width": 2, "channels": 1, "beam_args": []},
            }
        )
        assert sample.checks.height == 3

    @pytest.mark.parametrize("channels", [0, 2, 4])
    def test_a_network_takes_grey_or_colour(self, channels: int) -> None:
        with pytest.raises(ValidationError, match=r"prepare\.channels"):
            image_sample(channels=channels)


def test_drift_compares_light_and_size() -> None:
    sample = image_sample()
    rows = [make_row(sample, encode(noise(height, 6)), "a.png") for height in (4, 8)]
    table = pa.Table.from_pylist(rows).to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    described = sample.describe(table)
    assert list(described) == ["brightness", "contrast", "width", "height"]
    assert {str(kind) for kind in described.dtypes} == {"float64"}
    assert described["height"].tolist() == [4, 8]


class TestGraph:
    @pytest.mark.parametrize("channels", [1, 3])
    @pytest.mark.parametrize("size", [(4, 5), (9, 3), (16, 20)])
    def test_what_is_transformed_and_decoded_is_what_is_served(
        self, size: tuple[int, int], channels: int
    ) -> None:
        sample = image_sample(4, 5, channels)
        raw = tf.constant([encode(noise(*size, 3)), encode(noise(6, 6))])
        served, _ = sample.serve(raw)
        packed = sample.transform({"image": raw[:, tf.newaxis]})
        assert packed.keys() == {"image"}
        assert packed["image"].dtype == tf.string
        for pixels, png in zip(served, packed["image"], strict=True):
            np.testing.assert_array_equal(sample.decode(png), pixels)

    def test_an_image_of_the_networks_size_keeps_its_pixels(self) -> None:
        pixels = noise(4, 5, 3)
        sample = image_sample(4, 5, 3)
        served, sizes = sample.serve(tf.constant([encode(pixels)]))
        np.testing.assert_array_equal(served[0], pixels)
        np.testing.assert_array_equal(sizes, [[4, 5]])
        assert (served.dtype, sizes.dtype) == (tf.uint8, tf.int32)

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP"])
    def test_images_of_any_size_and_format_share_a_batch(self, kind: str) -> None:
        files = [encode(noise(10, 20, 3), kind), encode(noise(90, 60, 3), kind)]
        batch, sizes = image_sample(30, 40, 3).serve(tf.constant(files))
        assert (batch.shape, batch.dtype) == ((2, 30, 40, 3), tf.uint8)
        np.testing.assert_array_equal(sizes, [[10, 20], [90, 60]])

    def test_shrinking_averages(self) -> None:
        checkers = np.indices((56, 56)).sum(axis=0) % 2 * 255
        files = tf.constant([encode(checkers.astype(np.uint8))])
        shrunk = image_sample(28, 28).serve(files)[0].numpy()[0, 2:-2, 2:-2, 0]
        assert np.abs(shrunk.astype(int) - 127).max() <= 2

    def test_grey_becomes_colour_and_back(self) -> None:
        pixels = noise(28, 28)
        colour, _ = image_sample(28, 28, 3).serve(tf.constant([encode(pixels)]))
        np.testing.assert_array_equal(colour[0], np.repeat(pixels[..., None], 3, axis=-1))
        grey, _ = image_sample(28, 28).serve(image_sample(28, 28, 3).encode(colour))
        assert np.abs(grey.numpy()[0, ..., 0].astype(int) - pixels).max() <= 1

    def test_a_batch_is_encoded_and_decoded_again(self) -> None:
        pixels = noise(3, 4, 4, 1)
        packed = image_sample().encode(tf.constant(pixels))
        decoded = [image_sample().decode(png) for png in packed]
        np.testing.assert_array_equal(decoded, pixels)
        assert decoded[0].shape == image_sample().shape

    def test_a_png_of_another_size_is_refused(self) -> None:
        with pytest.raises((ValueError, tf.errors.InvalidArgumentError)):
            image_sample(4, 4).decode(tf.constant(encode(noise(4, 5))))


class TestEntrance:
    @pytest.mark.parametrize("channels", [1, 3])
    def test_pixels_are_normalised_by_the_training_samples(self, channels: int) -> None:
        pixels = noise(20, 4, 4, channels)
        body = keras.Sequential(
            [keras.Input((4, 4, channels)), keras.layers.Identity()], name="body"
        )
        samples = tf.data.Dataset.from_tensor_slices(pixels)
        network = image_sample(channels=channels).entrance(body, samples, raw=False)
        values = network.predict(pixels, verbose=0)
        np.testing.assert_allclose(values.mean(axis=(0, 1, 2)), 0, atol=1e-5)
        np.testing.assert_allclose(values.std(axis=(0, 1, 2)), 1, rtol=1e-5)
        assert network.count_params() == body.count_params()
        assert (network.name, network.inputs[0].name) == ("body_network", "image")

    def test_a_body_with_its_own_preprocessing_is_given_floats(self) -> None:
        pixels = noise(2, 4, 4, 1)
        body = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Identity()])
        samples = tf.data.Dataset.from_tensor_slices(pixels)
        network = image_sample().entrance(body, samples, raw=True)
        np.testing.assert_array_equal(network.predict(pixels, verbose=0), pixels)


def statistics(images: Sequence[np.ndarray]) -> tuple[list[float], list[float]]:
    shape = (None, None, images[0].shape[-1])
    spec = tf.TensorSpec(shape, tf.uint8)
    return pixel_statistics(tf.data.Dataset.from_generator(lambda: images, output_signature=spec))


@settings(max_examples=15)
@given(
    seed=st.integers(0, 1000),
    count=st.integers(1, 150),
    channels=st.sampled_from([1, 3]),
    low=st.integers(0, 255),
)
@example(seed=0, count=1, channels=1, low=255)
@example(seed=0, count=64, channels=3, low=254)
def test_statistics_are_those_of_all_pixels_in_any_order(
    seed: int, count: int, channels: int, low: int
) -> None:
    generator = np.random.default_rng(seed)
    images = generator.integers(low, 256, (count, 3, 5, channels), np.uint8)
    means, variances = statistics(list(images))
    np.testing.assert_allclose(means, images.mean(axis=(0, 1, 2)), atol=1e-9)
    np.testing.assert_allclose(variances, images.var(axis=(0, 1, 2)), atol=1e-9)
    assert statistics(list(generator.permutation(images))) == (means, variances)


class TestServing:
    @pytest.mark.parametrize("kind", ["PNG", "JPEG"])
    def test_what_the_model_decodes_is_accepted_as_it_is(self, kind: str) -> None:
        data = encode(noise(5, 7, 3), kind)
        assert image_sample().accept(data) == data

    @pytest.mark.parametrize("kind", ["BMP", "GIF", "TIFF", "PPM", "WEBP"])
    def test_other_formats_are_accepted_as_ingest_stores_them(self, kind: str) -> None:
        data = encode(noise(5, 7, 3), kind)
        accepted = image_sample().accept(data)
        assert accepted == image_sample().inspect(data)["image"]
        assert accepted.startswith(b"\x89PNG")

    @pytest.mark.parametrize("kind", ["PNG", "JPEG"])
    @pytest.mark.parametrize("orientation", STORED)
    def test_turned_images_are_accepted_upright(self, kind: str, orientation: int) -> None:
        data = encode_turned(noise(5, 7, 3), orientation, kind)
        accepted = image_sample().accept(data)
        assert accepted == image_sample().inspect(data)["image"]
        _, sizes = image_sample().serve(tf.constant([accepted]))
        np.testing.assert_array_equal(sizes, [[5, 7]])

    def test_white_is_a_parameter(self) -> None:
        data = encode(np.array([[0, 2048, 4095]], np.uint16))
        for attempt in (image_sample().accept, image_sample().rescue):
            with pytest.raises(SampleError, match="all but black"):
                attempt(data)
        sample = image_sample(1, 3, pixels={"white": 4095})
        for accepted in (sample.accept(data), sample.rescue(data), sample.inspect(data)["image"]):
            pixels, _ = sample.serve(tf.constant([accepted]))
            np.testing.assert_array_equal(pixels[0, 0, :, 0], [0, 128, 255])

    @pytest.mark.parametrize("white", [0, -1, float("inf"), float("nan")])
    def test_white_is_above_black(self, white: float) -> None:
        with pytest.raises(ValidationError, match=r"pixels\.white"):
            image_sample(pixels={"white": white})

    def test_what_is_no_image_is_neither_accepted_nor_rescued(self) -> None:
        for attempt in (image_sample().accept, image_sample().rescue):
            with pytest.raises(SampleError, match="not an image of a known format"):
                attempt(b"no image")

    @pytest.mark.parametrize("kind", LARGE)
    def test_too_many_pixels_are_neither_accepted_nor_rescued(self, kind: str) -> None:
        for attempt in (image_sample().accept, image_sample().rescue):
            with pytest.raises(SampleError, match="has more than 89,478,485 pixels"):
                attempt(LARGE[kind]())

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
    def test_the_bound_is_a_parameter(self, kind: str) -> None:
        data = encode(noise(5, 7, 3), kind)
        assert image_sample(limits={"max_pixels": 35}).accept(data)
        sample = image_sample(limits={"max_pixels": 34})
        with pytest.raises(SampleError, match="has more than 34 pixels"):
            sample.accept(data)
        assert sample.inspect(data)["decode_error"] == "has more than 34 pixels"

    def test_the_bound_ends_where_pillow_refuses(self) -> None:
        with pytest.raises(ValidationError, match="178956970"):
            image_sample(limits={"max_pixels": 178_956_971})

    def test_a_rescued_image_is_one_that_the_model_decodes(self) -> None:
        pixels = noise(6, 5, 3)
        contents = io.BytesIO()
        Image.fromarray(pixels).convert("CMYK").save(contents, "JPEG")
        rescued = image_sample().rescue(contents.getvalue())
        expected = np.asarray(Image.open(contents).convert("RGB"))
        np.testing.assert_array_equal(tf.io.decode_png(rescued), expected)

    def test_a_palette_is_rescued_as_colours(self) -> None:
        contents = io.BytesIO()
        Image.fromarray(noise(6, 5, 3)).convert("P").save(contents, "PNG")
        rescued = Image.open(io.BytesIO(image_sample().rescue(contents.getvalue())))
        assert (rescued.mode, rescued.size) == ("RGB", (5, 6))


class TestPictures:
    def test_an_encoded_image(self) -> None:
        pixels = noise(6, 5)
        picture = image_sample().draw(encode(pixels))
        np.testing.assert_array_equal(picture, np.repeat(pixels[..., None], 3, axis=-1))

    @pytest.mark.parametrize(("channels", "mode"), [(1, "L"), (3, "RGB")])
    def test_a_decoded_one(self, channels: int, mode: str) -> None:
        pixels = noise(4, 5, channels)
        picture = image_sample(channels=channels).picture(pixels)
        assert (picture.mode, picture.size) == (mode, (5, 4))
        np.testing.assert_array_equal(np.asarray(picture).reshape(pixels.shape), pixels)
