"""Whose weights a training started from, and on what terms they may be used."""

from collections.abc import Iterator, Mapping
from typing import Any

from models.shared.published import BACKBONE, IMAGENET, PUBLISHED, WEIGHTS

NONE = (None, "none", "")
LICENCES = {
    "VGG": "CC BY 4.0, by the Visual Geometry Group at Oxford",
    "ResNet": "MIT, by Kaiming He",
    "DenseNet": "BSD 3-Clause, by Zhuang Liu",
    "MobileNet": "Apache 2.0, by the TensorFlow authors",
    "Inception": "MIT, by the authors of Keras",
    "Xception": "MIT, by the authors of Keras",
}
"""Of the ImageNet weights in `keras.applications`, by the beginning of a network's name."""
UNKNOWN = "a licence that is not noted here: see keras.io/api/applications"
TERMS = "ImageNet itself gives its images for non-commercial research and education only."
TAG = "pretrained_weights"
"""Of a run and of a version: which weights the training started from."""


def pretrained(train: Mapping[str, Any], embedding: Mapping[str, Any] | None = None) -> list[str]:
    """Says which weights a training started from.

    Args:
        train: The block `train`. An option whose name ends in `weights` names weights: `imagenet`
            or a file.
        embedding: The block `embedding`, where words become vectors.

    Returns:
        A sentence for each, or one that says that there are none.
    """
    found = [*_of_options(train.get("options", {})), *_initial(train.get("initial_weights"))]
    if embedding and embedding["vectors"]:
        found.append(_file("embedding.vectors", embedding["vectors"]))
    return found or ["No pretrained weights: all were learnt from the data above."]


def weight_tags(train: Mapping[str, Any]) -> dict[str, str]:
    """The same as tags of MLflow's."""
    return {TAG: " ".join(pretrained(train))}


def _of_options(options: Mapping[str, Any]) -> Iterator[str]:
    for name, value in options.items():
        if isinstance(value, Mapping):
            yield from _of_options(value)
        elif name.endswith(WEIGHTS) and value not in NONE:
            backbone = str(options.get(BACKBONE, "the backbone"))
            yield (
                _imagenet(backbone) if value == IMAGENET else _file(f"train.options.{name}", value)
            )


def _imagenet(backbone: str) -> str:
    if file := PUBLISHED.get(backbone):
        return (
            f"{backbone} starts from the ImageNet weights in the package {file.package}, SHA-256 "
            f"{file.sha256}: {file.licence}. {TERMS}"
        )
    terms = (licence for name, licence in LICENCES.items() if backbone.startswith(name))
    return f"{backbone} starts from Keras's ImageNet weights: {next(terms, UNKNOWN)}. {TERMS}"


def _initial(origin: Any) -> Iterator[str]:
    if origin in NONE:
        return
    if str(origin).startswith("models:/"):
        yield f"It starts from the weights of {origin}, whose own card tells their licence."
    else:
        yield _file("train.initial_weights", origin)


def _file(key: str, value: Any) -> str:
    return f"{key} names {value}: a file whose licence is not noted here; ask who made it."
