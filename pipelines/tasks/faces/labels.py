"""Whose face it is, and with which others it is to be compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from components.core.parts import Labels
from pipelines.tasks.faces.columns import IDENTITY, PAIRS

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from great_expectations.expectations import Expectation


class IdentityLabels(Labels):
    """A person in the column `identity`, whose photos are never divided among splits.

    The column `pairs` has the paths of photos that a photo is compared with, where the source says
    so; only the evaluation looks at it.
    """

    def columns(self) -> Mapping[str, pa.DataType]:
        """`identity`, a string, and `pairs`, a list of strings."""
        import pyarrow as pa

        return {IDENTITY: pa.string(), PAIRS: pa.list_(pa.string())}

    def optional(self) -> frozenset[str]:
        """`pairs`."""
        return frozenset({PAIRS})

    def group(self, labels: Mapping[str, Any]) -> str | None:
        """The person."""
        identity: str | None = labels[IDENTITY]
        return identity

    def rules(self) -> Sequence[Expectation]:
        """There is a person, and no two are spelt alike but for blanks and case."""
        from great_expectations.expectations import ExpectColumnValuesToNotBeNull

        from components.validate.classes import (
            ExpectColumnClassesToBeSeveral,
            ExpectColumnValuesToBeSpeltOnce,
        )

        return [
            ExpectColumnValuesToNotBeNull(column=IDENTITY, description=f"{IDENTITY} is present"),
            ExpectColumnClassesToBeSeveral(
                column=IDENTITY, description=f"{IDENTITY} is one of several"
            ),
            ExpectColumnValuesToBeSpeltOnce(
                column=IDENTITY,
                description="no two people's names differ in blanks or case only",
            ),
        ]

    def describe(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Nothing: new people are no drift."""
        return rows[[]]
