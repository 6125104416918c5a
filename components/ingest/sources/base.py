"""What a source of samples is."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

from pydantic import ConfigDict

from components.core.table import Record
from components.ingest.params import SourceParams


class Source(SourceParams, ABC):
    """One layout of labelled samples.

    Each module of this package defines a subclass of the same name, `Source`; the module's
    name is its `kind` in `params.yaml`, and the fields that it adds are its own options.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    @abstractmethod
    def read(self) -> Iterator[Record]:
        """Yields the samples in an order that never changes, without holding many at a time.

        Raises:
            ConvoyError: Naming the file that cannot be read.
        """

    def missing_splits(self) -> Sequence[str]:
        """Splits to be carved out of the training samples that the source brings.

        A data set often comes with training and test samples only. None by default.
        """
        return ()
