"""What is traced into the transform graph."""

import io

import numpy as np
import tensorflow as tf
from PIL import Image
from tensorflow_transform.impl_helper import trace_preprocessing_function
from tensorflow_transform.inspect_preprocessing_fn import get_analyze_input_columns

from components.core.parts import Tensors
from components.prepare.preprocessing import preprocessing_fn
from pipelines.tasks.classification import TASK
from tests.specs import make_spec

SPEC = make_spec(TASK, checks={"classes": ["cat", "dog"]})
RAW = {name: tf.TensorSpec((None, None), tf.string) for name in ("image", "image_path", "label")}
DECODERS = ("DecodeImage", "DecodePng", "DecodeJpeg")


def preprocess(inputs: Tensors) -> dict[str, tf.Tensor]:
    return preprocessing_fn(inputs, {"spec": SPEC.to_json()})


def trace() -> tuple[tf.Graph, dict[str, tf.Tensor]]:
    """The graph that TensorFlow Transform runs, and its outputs."""
    graph, _, outputs = trace_preprocessing_function(preprocess, RAW, use_tf_compat_v1=False)
    return graph, outputs


def test_a_sample_comes_with_its_path_and_its_features() -> None:
    _, transformed = trace()
    assert {name: tensor.dtype for name, tensor in transformed.items()} == {
        "image": tf.string,
        "image_path": tf.string,
        "label": tf.int64,
    }


def test_no_pass_over_the_data_decodes_images() -> None:
    assert get_analyze_input_columns(preprocess, RAW) == ["label"]


def test_the_graph_decodes_an_image_once() -> None:
    """JPEG in one branch, all else in the other."""
    graph = trace()[0].as_graph_def()
    nodes = [*graph.node, *(node for each in graph.library.function for node in each.node_def)]
    decoders = sorted(node.op for node in nodes if node.op in DECODERS)
    assert decoders == ["DecodeImage", "DecodeJpeg"]


def test_images_are_brought_to_the_size_of_the_network() -> None:
    stream = io.BytesIO()
    Image.fromarray(np.full((9, 7), 99, np.uint8)).save(stream, "PNG")
    sample = SPEC.sample
    packed = sample.transform({"image": tf.constant([[stream.getvalue()]])})["image"]
    np.testing.assert_array_equal(sample.decode(packed[0]), np.full((4, 4, 1), 99))
