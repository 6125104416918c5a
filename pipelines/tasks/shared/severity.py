"""How grave it is that a rule is broken."""

from typing import Literal

Severity = Literal["error", "warning"]
"""An error stops the run, a warning only tells."""

GX_SEVERITY = {"error": "critical", "warning": "warning"}
"""What Great Expectations calls them."""
