import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.reports.page.opening import DISPLAYS, open_page

OPEN = "import sys; from pathlib import Path\n"
OPEN += "from pipelines.reports.page.opening import open_page; print(open_page(Path(sys.argv[1])))"


def test_the_browser_of_the_user_is_given_the_page(project: Path) -> None:
    browser = project / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {project}/asked\n')
    browser.chmod(0o755)
    page = project / "reports of/index.html"
    environment = os.environ | {"BROWSER": f"{browser} %s"}
    command = [sys.executable, "-c", OPEN, str(page)]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert told.stdout == "True\n"
    assert (project / "asked").read_text().strip() == page.as_uri()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="others always have a display")
def test_without_a_display_nothing_is_opened(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in DISPLAYS:
        monkeypatch.delenv(variable, raising=False)
    assert not open_page(project / "index.html")
