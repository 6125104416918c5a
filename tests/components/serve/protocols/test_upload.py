import base64
import io

import pytest
from PIL import Image

from tests.serving import Running
from tests.toys import png

ROW = {"label": "bright", "probability": pytest.approx(0.8)}


def files(*contents: bytes) -> list[tuple[str, tuple[str, bytes]]]:
    return [("file", (f"{at}.png", content)) for at, content in enumerate(contents)]


@pytest.mark.parametrize("kind", ["image/png", "application/x-www-form-urlencoded", ""])
def test_the_body_may_be_the_image(server: Running, kind: str) -> None:
    answer = server.http.post("/predict/toy", content=png(204), headers={"Content-Type": kind})
    assert answer.status_code == 200
    told = answer.json()
    assert told.pop("seconds") >= 0
    assert told == {"task": "toy", "version": "1", "results": [{"image": "", "rows": [ROW]}]}
    assert answer.headers["X-Model-Version"] == "1"


def test_a_bad_file_spoils_only_its_own_answer(server: Running) -> None:
    sent = files(png(204), b"no image", png(204))
    told = server.http.post("/predict/toy", files=sent).json()
    assert told["results"] == [
        {"image": "0.png", "rows": [ROW]},
        {"image": "1.png", "error": "not an image of a known format"},
        {"image": "2.png", "rows": [ROW]},
    ]


@pytest.mark.parametrize("accept", ["image/png", "image/*", "text/html, image/png;picture=overlay"])
def test_a_picture_is_drawn(server: Running, accept: str) -> None:
    answer = server.http.post("/predict/toy", content=png(204), headers={"Accept": accept})
    assert answer.headers["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(answer.content)).width > 4  # the caption is below


def test_json_may_hold_the_pictures(server: Running) -> None:
    accept = {"Accept": "application/json;pictures=all"}
    told = server.http.post("/predict/toy", files=files(png(204)), headers=accept).json()
    (result,) = told["results"]
    drawn = base64.b64decode(result["pictures"]["overlay"])
    assert Image.open(io.BytesIO(drawn)).format == "PNG"


@pytest.mark.parametrize(
    ("accept", "reason"),
    [
        ("text/html", "Accept: there are application/json and image/png"),
        ("image/png;picture=mask", "Accept: no picture 'mask'; there are overlay"),
    ],
)
def test_what_is_not_there_is_not_acceptable(server: Running, accept: str, reason: str) -> None:
    answer = server.http.post("/predict/toy", content=png(204), headers={"Accept": accept})
    assert answer.status_code == 406
    assert answer.json() == {"error": reason}


def test_a_picture_is_of_one_file(server: Running) -> None:
    accept = {"Accept": "image/png"}
    answer = server.http.post("/predict/toy", files=files(png(1), png(2)), headers=accept)
    assert answer.status_code == 406
    assert answer.json() == {"error": "Accept: image/png is of one file, and there are 2"}


@pytest.mark.parametrize(
    ("content", "kind", "reason"),
    [
        (b"", "image/png", "there is no file in the request"),
        (b"--x--\r\n", "multipart/form-data; boundary=x", "there is no file in the request"),
        (b"anything", "multipart/form-data", "the form cannot be read: Missing boundary"),
        (b"anything", "multipart/form-data; boundary=x", "the form cannot be read"),
    ],
)
def test_a_request_without_a_file_is_refused(
    server: Running, content: bytes, kind: str, reason: str
) -> None:
    answer = server.http.post("/predict/toy", content=content, headers={"Content-Type": kind})
    assert answer.status_code == 400
    assert reason in answer.json()["error"]


def test_too_many_files_are_refused(server: Running) -> None:
    answer = server.http.post("/predict/toy", files=files(*[png(1)] * 65))
    assert answer.status_code == 400
    assert "Too many files" in answer.json()["error"]
