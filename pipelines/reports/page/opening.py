"""Shows a page to who sits in front of the machine."""

import os
import sys
import webbrowser
from pathlib import Path

DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
"""Variables one of which is set on Linux where a browser can show itself."""


def open_page(page: Path) -> bool:
    """Opens a page in the browser of the desktop, or in the one that `BROWSER` names.

    Returns:
        Whether one was asked to; without a display none is, as a browser of the terminal would
        take it over.
    """
    if sys.platform.startswith("linux") and not any(map(os.environ.get, DISPLAYS)):
        return False
    try:
        return webbrowser.open(page.resolve().as_uri())
    except webbrowser.Error:
        return False
