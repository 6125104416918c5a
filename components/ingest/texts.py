"""What sources of texts have in common."""

import codecs
from typing import ClassVar

from pydantic import field_validator

from components.core.errors import DataError
from components.core.parts import Sample
from components.core.tabular import UTF_8
from components.ingest.sources import base
from components.samples.text import TextSample


class TextSource(base.FileSource):
    """Texts, which become UTF-8.

    Attributes:
        encoding: Of the files, such as `cp1252`; a text that is not in it is an error. Of UTF-8,
            validation names it.
    """

    gives: ClassVar = frozenset({"label"})
    brings: ClassVar[type[Sample]] = TextSample

    encoding: str = "utf-8"

    @field_validator("encoding")
    @classmethod
    def _is_known(cls, encoding: str) -> str:
        try:
            "".encode(encoding)
        except LookupError:  # unknown, or no encoding of text
            raise ValueError(
                f"there is no encoding {encoding!r}; utf-8 and cp1252 are usual"
            ) from None
        return codecs.lookup(encoding).name

    @property
    def table_encoding(self) -> str:
        """The encoding of a whole file, which may begin with a byte-order mark."""
        return UTF_8 if self.encoding == "utf-8" else self.encoding

    def encode(self, data: bytes, place: str) -> bytes:
        """A text of the source as UTF-8; what is declared to be UTF-8 is left as it is.

        Raises:
            DataError: When it is not in the encoding.
        """
        if self.encoding == "utf-8":
            return data
        try:
            return data.decode(self.encoding).encode()
        except UnicodeError as error:
            raise DataError(f"{place}: not {self.encoding}: {error}") from None
