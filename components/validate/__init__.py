"""Stops the run when the data breaks a rule."""

import os

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")  # read when it is imported
