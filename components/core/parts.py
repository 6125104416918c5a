"""The parts that a task is made of, each with what the stages ask of it.

A part is made with the task's name and its checked parameters. Heavy packages load within the
methods that need them: a stage pays only for what it asks.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, model_validator

from components.core.block import Block
from components.core.errors import ConvoyError

if TYPE_CHECKING:
    import keras
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    import tensorflow as tf
    import tensorflow_transform as tft
    from great_expectations.expectations import Expectation
    from PIL import Image

    from components.core.served_model import ServedModel

Tensors = Mapping[str, "tf.Tensor"]
Prediction = Mapping[str, Any]
"""What a served model says: of a batch, arrays `[batch, ...]`, or of one sample, their elements."""

Row = Mapping[str, Any]
"""One raw example: the sample's and the label columns, and where it came from."""


class SampleError(ValueError):
    """A sample that cannot be used; the message says why."""


class Part(BaseModel):
    """One part of a task.

    A field whose type is a `Block` holds the block of `params.yaml` of the field's name: those of
    its keys that the type knows. Parts and stages may know different keys of the same block.

    Attributes:
        name: The task's name.
    """

    model_config = ConfigDict(frozen=True)

    name: str

    @classmethod
    def blocks(cls) -> dict[str, type[Block]]:
        """The blocks of `params.yaml` that the part reads, by name."""
        types = {name: field.annotation for name, field in cls.model_fields.items()}
        return {
            name: kind
            for name, kind in types.items()
            if isinstance(kind, type) and issubclass(kind, Block)
        }

    @model_validator(mode="before")
    @classmethod
    def _choose(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        blocks = cls.blocks()
        return {
            name: blocks[name].choose(dict(value)) if name in blocks else value
            for name, value in values.items()
            if name in cls.model_fields
        }


class Sample(Part, ABC):
    """One kind of input: what it is in the table, in the graph and at the network's entrance.

    Attributes:
        column: The column of the encoded sample, which is also the name of the network's and
            the served model's input.
        suffixes: What the names of its files end in, lower case, dots included.
        is_text: Whether an encoded sample is UTF-8 text, which tables of others hold as such.
        legible: The side in pixels below which its pictures cannot be read; 0 for any.
    """

    column: ClassVar[str]
    suffixes: ClassVar[frozenset[str]]
    is_text: ClassVar[bool] = False
    legible: ClassVar[int] = 0

    @property
    def path_column(self) -> str:
        """The column that says where a sample came from, relative to its source."""
        return f"{self.column}_path"

    # what reads files

    @classmethod
    def refuse(cls, file: Path) -> str | None:
        """Says why a file is none of these samples; None where it is one, broken or not.

        Args:
            file: A regular file; its name tells, and how it begins where a subclass looks.
        """
        return None if file.suffix.lower() in cls.suffixes else f"no {cls.column}"

    # ingest

    @abstractmethod
    def columns(self) -> Mapping[str, pa.DataType]:
        """The columns that the canonical table has of a sample, `column` among them."""

    @abstractmethod
    def inspect(self, data: bytes) -> Mapping[str, Any]:
        """Looks into an encoded sample, once for all stages.

        Args:
            data: As the source has it.

        Returns:
            The values of `columns`, and `decode_error`: why it cannot be decoded, None when it
            can. One that cannot be is no error here: validation names it with all others.
        """

    # evaluate, register

    def conditions(self, data: bytes) -> Mapping[str, float]:
        """What a model may be better or worse by, such as brightness; nothing by default.

        Args:
            data: An encoded sample that decodes.

        Returns:
            Numbers by name, the same names for every sample.
        """
        return {}

    def preprocessing(self) -> str:
        """What becomes of an encoded sample before the network, in a sentence of the model card."""
        return f"The model takes `{self.column}`, an encoded sample, and prepares it itself."

    # validate, drift

    @abstractmethod
    def rules(self) -> Sequence[Expectation]:
        """What the columns of the sample must fulfil."""

    @abstractmethod
    def describe(self, rows: pd.DataFrame) -> pd.DataFrame:
        """What is compared to tell drift: strings or floats, a row a sample that decodes.

        Args:
            rows: Some rows of the canonical table, without the encoded samples unless they are
                text.
        """

    # prepare

    @abstractmethod
    def raw_columns(self) -> Sequence[str]:
        """Those of `columns` that the examples keep."""

    @abstractmethod
    def transform(self, inputs: Tensors) -> dict[str, tf.Tensor]:
        """Transforms the raw columns of a batch; traced by TensorFlow Transform.

        Args:
            inputs: The raw columns, `[batch, ...]` each.

        Returns:
            Dense float32, int64 or string tensors `[batch, ...]`, `column` among them.
        """

    def vocabulary(self, transform: tft.TFTransformOutput) -> Sequence[str]:
        """The words that the full pass of `transform` has found; none by default."""
        return ()

    def knowing(self, vocabulary: Sequence[str]) -> Self:
        """The same kind of sample with the words that a network knows; itself by default.

        Whoever asks for `entrance`, `serve` or a readable `picture` asks for this first.

        Args:
            vocabulary: What `vocabulary` gives.
        """
        return self

    # augment, train

    @property
    @abstractmethod
    def shape(self) -> tuple[int | None, ...]:
        """The shape of what an architecture is given, without the batch."""

    @abstractmethod
    def decode(self, packed: tf.Tensor) -> tf.Tensor:
        """The network's input from the feature `column` of one transformed example."""

    @abstractmethod
    def encode(self, samples: tf.Tensor) -> tf.Tensor:
        """The inverse of `decode`, of a batch."""

    @abstractmethod
    def entrance(self, body: keras.Model, samples: tf.data.Dataset, raw: bool) -> keras.Model:
        """Puts what must happen to samples before an architecture: normalising, embedding.

        Args:
            body: The architecture.
            samples: The training samples as `decode` gives them, one at a time.
            raw: Whether the architecture brings its own preprocessing.

        Returns:
            A network of `decode`'s samples in batches, with the parameters of `body`.
        """

    # serve

    @abstractmethod
    def serve(self, raw: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Prepares encoded samples in the served graph just as `transform` and `decode` do.

        Args:
            raw: Encoded samples, string `[batch]`.

        Returns:
            The network's input `[batch, ...]`, and what the task must know of each sample to
            make something of the network's output.
        """

    def resources(self) -> Sequence[Any]:
        """What `serve` looks things up in, which is exported with it; nothing by default."""
        return ()

    @abstractmethod
    def accept(self, data: bytes) -> bytes:
        """An encoded sample as ingest stores it, to be predicted.

        Raises:
            SampleError: When it cannot be decoded.
        """

    @abstractmethod
    def rescue(self, data: bytes) -> bytes:
        """Another encoding of a sample that the served model refuses.

        Raises:
            SampleError: When it cannot be decoded.
        """

    def cost(self, data: bytes) -> int:
        """About how many bytes a sample takes once it is decoded; as many as it has, by default.

        Args:
            data: An encoded sample, broken or not; only its head is looked at.
        """
        return len(data)

    # pictures

    @abstractmethod
    def draw(self, data: bytes) -> Image.Image:
        """A picture of an encoded sample."""

    @abstractmethod
    def picture(self, sample: np.ndarray) -> Image.Image:
        """A picture of a sample as `decode` gives it."""


class Labels(Part, ABC):
    """The label columns of the canonical table, and what they must be like."""

    @abstractmethod
    def columns(self) -> Mapping[str, pa.DataType]:
        """The label columns, by name."""

    def optional(self) -> frozenset[str]:
        """The label columns that a source may leave out; none by default."""
        return frozenset()

    def stratum(self, labels: Mapping[str, Any]) -> str:
        """The group whose share is kept equal in every split; one group by default."""
        return ""

    def group(self, labels: Mapping[str, Any]) -> str | None:
        """What the sample shares with others of its split, where the source names no group.

        Nothing by default. Samples of a group are never divided among splits.
        """
        return None

    def clean(self, labels: Mapping[str, Any]) -> tuple[Mapping[str, Any], Sequence[str]]:
        """Leaves out what cannot be learnt of a sample's labels; nothing by default.

        Args:
            labels: The label columns as the source gives them.

        Returns:
            The label columns as the table is to have them, and what was left out, a line each.
        """
        return labels, ()

    def derive(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Adds the columns that `rules` looks at and the table does not have.

        Args:
            rows: Some rows of the canonical table, without the encoded samples.
        """
        return rows

    @abstractmethod
    def rules(self) -> Sequence[Expectation]:
        """What the label columns must fulfil."""

    def draw(self, picture: Image.Image, labels: Mapping[str, Any]) -> Image.Image:
        """Draws the labels of a row of the table onto its sample's picture; nothing by default."""
        return picture

    def call(self, column: str, value: str) -> str:
        """What a person calls a string that `describe` gives; the string by default."""
        return value

    @abstractmethod
    def describe(self, rows: pd.DataFrame) -> pd.DataFrame:
        """What is compared to tell drift, a row a sample.

        Strings, or lists of them, are compared by their frequencies, floats by their
        distributions; what is missing is compared by its share.

        Args:
            rows: Some rows of the canonical table, without the encoded samples.
        """


class Features(Part, ABC):
    """What the network learns from, as the transformed examples hold it."""

    @abstractmethod
    def transform(self, inputs: Tensors) -> dict[str, tf.Tensor]:
        """Transforms the raw columns of a batch; traced by TensorFlow Transform.

        Args:
            inputs: The raw columns, `[batch, ...]` each, those of the sample among them.

        Returns:
            Dense float32, int64 or string tensors `[batch, ...]`, by feature name.
        """

    def unpack(self, example: Tensors) -> dict[str, tf.Tensor]:
        """Unpacks what `transform` packed, of one example; unchanged by default."""
        return dict(example)

    def pack(self, batch: Tensors) -> dict[str, tf.Tensor]:
        """The inverse of `unpack`, of a batch; unchanged by default."""
        return dict(batch)

    def draw(self, picture: Image.Image, example: Mapping[str, np.ndarray]) -> Image.Image:
        """Draws an unpacked example's features onto its picture; nothing by default."""
        return picture

    def caption(self, example: Mapping[str, np.ndarray], transform: tft.TFTransformOutput) -> str:
        """An unpacked example's features in a few words, where they have no picture; none."""
        return ""


class Augmentation(Part):
    """Random changes of a batch that move sample and features together; none by default."""

    def __call__(self, batch: Tensors, seeds: tf.Tensor) -> dict[str, tf.Tensor]:
        """Changes a batch at random.

        What becomes of an example depends on itself and its seed alone, not on its batch.

        Args:
            batch: Decoded samples and unpacked features, `[batch, ...]` each.
            seeds: One seed an example, int32 or int64 `[batch, 2]`.

        Returns:
            The same, of the same types and ranks, and of the same shapes unless only training
            changes examples (`augment.online`) and its network takes any size.
        """
        return dict(batch)

    def mix(self, batch: Tensors, seeds: tf.Tensor) -> dict[str, tf.Tensor]:
        """Puts examples together of several of a batch; none by default.

        Training that augments online does so before it changes the batch otherwise. Copies are
        not mixed: they must not depend on their batch.

        Args:
            batch: As for a change.
            seeds: As for a change.

        Returns:
            The same, of the same shapes and types.
        """
        return dict(batch)


class Learning(Part, ABC):
    """What the network is fitted to, and how its outputs become predictions."""

    def classes(self, transform: tft.TFTransformOutput) -> tuple[str, ...]:
        """The names of the classes in the order of the model's outputs; none by default."""
        return ()

    @abstractmethod
    def outputs(self, transform: tft.TFTransformOutput) -> int:
        """The number of outputs that the network is built with."""

    @abstractmethod
    def target(self, example: Tensors) -> tf.Tensor | Tensors:
        """What the network is fitted to, from the unpacked features: `[batch, ...]`, or several."""

    def weights(self, example: Tensors) -> tf.Tensor | None:
        """How much each value of the loss counts, of the loss's shape; all the same by default."""
        return None

    def class_weights(self, examples: tf.data.Dataset) -> dict[int, float] | None:
        """How much each class counts in the loss; all the same by default.

        Args:
            examples: The unpacked features of the training examples, without samples.
        """
        return None

    def arrange(self, examples: tf.data.Dataset, seed: int | None) -> tf.data.Dataset:
        """Brings together what is to be compared in a batch; nothing by default.

        Args:
            examples: Decoded samples and unpacked features, one at a time; in training in another
                order every epoch.
            seed: Of a further shuffle, which training asks for; None to keep the order.

        Returns:
            The same examples, each once.
        """
        return examples

    def teach(self, network: keras.Model, transform: tft.TFTransformOutput) -> keras.Model:
        """What is fitted in the network's place, whose weights it shares; itself by default.

        Further weights that it has are thrown away once the network is trained.

        Args:
            network: As `Sample.entrance` makes it.
            transform: Output of TensorFlow Transform.
        """
        return network

    @abstractmethod
    def loss(self) -> keras.losses.Loss | None:
        """The loss between `target` and the network's outputs; None where `teach` brings it."""

    def metrics(self) -> list[keras.metrics.Metric]:
        """Metrics shown while training; none by default."""
        return []

    @abstractmethod
    def serve(self, outputs: tf.Tensor, context: tf.Tensor) -> dict[str, tf.Tensor]:
        """Turns the network's outputs into what a user is given.

        Args:
            outputs: `[batch, ...]`.
            context: What `Sample.serve` tells of each sample.

        Returns:
            Named tensors `[batch, ...]`.
        """


Predict = Callable[[Sequence[bytes]], Prediction]
"""A served model: encoded samples in, named arrays `[samples, ...]` out."""


Known = Sequence[tuple[str, Prediction]]
"""Known samples: what each is called, and its prediction."""
STRICT = "strict_threshold"
"""The metric that tells from where on a sample is none of those that are known."""


class View(Part, ABC):
    """What a person or a table is given of a prediction."""

    def purpose(self, classes: Sequence[str]) -> str:
        """What a prediction is, in a sentence of the model card; the columns by default.

        Args:
            classes: The names of the model's classes; may be empty.
        """
        columns = " and ".join(f"`{name}`" for name in self.columns(classes).names)
        return f"It predicts {columns} of a sample."

    @abstractmethod
    def columns(self, classes: Sequence[str]) -> pa.Schema:
        """The columns of `rows`."""

    @abstractmethod
    def rows(self, prediction: Prediction, classes: Sequence[str]) -> list[dict[str, Any]]:
        """The prediction for one sample as rows of a table: none, one or many."""

    @abstractmethod
    def draw(
        self, picture: Image.Image, prediction: Prediction, classes: Sequence[str]
    ) -> Image.Image:
        """A picture of the prediction for one sample.

        Args:
            picture: The sample's own picture.
            prediction: The prediction.
            classes: The names of the model's classes.
        """

    def artifacts(
        self, prediction: Prediction, classes: Sequence[str]
    ) -> Mapping[str, Image.Image]:
        """Further pictures of the prediction for one sample, by name; none by default."""
        return {}

    def documents(
        self, samples: Sequence[Row], rows: Sequence[Row], classes: Sequence[str]
    ) -> Mapping[str, str]:
        """Further files made of the predictions of many samples; none by default.

        Args:
            samples: What `Sample.inspect` tells of each, in their order; in the sample's column
                stands what it is called.
            rows: The rows of all of them, each with the sample's column before those of `rows`.
            classes: The names of the model's classes.

        Returns:
            The files' content by their names.
        """
        return {}

    def answers(self, outputs: np.ndarray, classes: Sequence[str]) -> Mapping[str, np.ndarray]:
        """What of the network's raw outputs for one sample can be asked about.

        By default the greatest of several outputs, or the only one; nothing where they are maps.

        Args:
            outputs: The raw outputs for one sample, before `Learning.serve`.
            classes: The names of the model's classes; may be empty.

        Returns:
            By what it is called, float weights of the outputs' shape: explained is what raises
            the weighted sum.
        """
        if outputs.ndim != 1:
            return {}
        best = int(outputs.argmax())
        named = classes and len(outputs) in (1, len(classes))  # one output is of the last class
        name = classes[best - len(outputs)] if named else f"output {best}"
        weights = 0 * outputs
        weights[best] = 1
        return {name: weights}

    def against(self, known: Known, metrics: Mapping[str, float]) -> View:
        """The view of a prediction that is held against those of known samples; none by default.

        Args:
            known: The names of known samples, several of which may be the same, each with its
                prediction; one at least.
            metrics: Those that were measured of the model, `strict_threshold` among them.

        Raises:
            ConvoyError: When the task's predictions cannot be compared.
        """
        raise ConvoyError(f"tasks.{self.name}: its predictions are not held against known samples")

    def predict_in_tiles(self, predict: Predict, data: bytes, tile: int) -> Prediction:
        """Predicts one large sample piece by piece; not possible by default.

        Args:
            predict: The served model.
            data: The encoded sample.
            tile: The side of a piece.

        Raises:
            ConvoyError: When the task cannot put pieces together.
        """
        raise ConvoyError(f"tasks.{self.name}: cannot be predicted in tiles")


class Evaluation(ABC):
    """Metrics of a whole split, gathered batch by batch; kept are a few numbers an example.

    Metrics whose names have a slash, such as `recall/cat`, are those of single classes.

    Attributes:
        needs_validation: Whether `tune` wants the validation split to be measured, too.
    """

    needs_validation: bool = False

    @property
    def examples(self) -> int:
        """How many examples `metrics_of` can choose from; 0, by default, where it cannot."""
        return 0

    def clusters(self) -> Sequence[np.ndarray] | None:
        """The examples that are drawn together for bootstrap intervals; None: each by itself.

        Returns:
            The places of the examples of each cluster, int `[any]`; every example is in one.
        """
        return None

    def metrics_of(self, chosen: np.ndarray) -> dict[str, float]:
        """The metrics over some examples, for bootstrap intervals and slices.

        What was tuned stays as it was. A metric that some examples do not define is left out.

        Args:
            chosen: Which ones, in the order in which they were taken in, from 0; some of them
                several times. int `[any]`, one at least.

        Returns:
            Those of `metrics`, which are these over all examples.
        """
        raise NotImplementedError

    @abstractmethod
    def update(self, rows: Sequence[Row], outputs: Prediction) -> None:
        """Takes in a batch.

        Args:
            rows: Raw examples.
            outputs: What the served model returned for them, `[len(rows), ...]` each.

        Raises:
            ConvoyError: When they cannot be measured; names the first such sample.
        """

    @abstractmethod
    def metrics(self) -> dict[str, float]:
        """The metrics over all that was taken in, by name."""

    @abstractmethod
    def report(self, folder: Path) -> None:
        """Writes plots (CSV for DVC) and pictures (PNG) into a folder that exists."""

    def tune(self, validation: Evaluation) -> None:  # noqa: B027 (most have nothing to tune)
        """Chooses, before `metrics`, what the test split must not decide: a threshold, say.

        Args:
            validation: The evaluation of the validation split, of the same type.
        """

    def explain(self, model: Path, folder: Path) -> None:  # noqa: B027 (most explain nothing)
        """Writes pictures that take a look into the network; none by default.

        Args:
            model: The folder of the exported model.
            folder: A folder that exists.
        """


class Evaluator(Part, ABC):
    """Begins evaluations."""

    @abstractmethod
    def begin(self, model: ServedModel) -> Evaluation:
        """An empty evaluation of a model, to be updated batch by batch."""

    def begin_one(self, model: ServedModel) -> Evaluation:
        """An empty evaluation of a single example; without what would ask the model again."""
        return self.begin(model)
