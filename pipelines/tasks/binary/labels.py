"""One of two classes for each image, and how much of it people cover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from components.core.describing import amounts
from pipelines.tasks.shared.binary.labels import TwoClassLabels

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from great_expectations.expectations import Expectation

AREA = "person_area"


class BinaryLabels(TwoClassLabels):
    """Two classes in the column `label`.

    The column `person_area` is the share of the image that people cover, in [0, 1]; it is
    null where it is not known, and only the evaluation looks at it.
    """

    def columns(self) -> Mapping[str, pa.DataType]:
        """`label`, a string, and `person_area`, a float32."""
        import pyarrow as pa

        return {**super().columns(), AREA: pa.float32()}

    def optional(self) -> frozenset[str]:
        """`person_area`."""
        return frozenset({AREA})

    def rules(self) -> Sequence[Expectation]:
        """Those of classes; areas lie in [0, 1]."""
        from great_expectations.expectations import ExpectColumnValuesToBeBetween

        area = ExpectColumnValuesToBeBetween(
            column=AREA, min_value=0, max_value=1, description=f"{AREA} is between 0 and 1"
        )
        return [*super().rules(), area]

    def describe(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The class and the area; how many images show nobody is told apart from it."""
        return super().describe(rows).assign(**{AREA: amounts(rows[AREA])})
