"""The page in a real browser."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from components.core.served_model import ServedModel
from components.core.task import Spec
from components.serve import slot
from pipelines.tasks.segmentation import TASK as SEGMENTATION
from pipelines.tasks.sentiment import TASK as SENTIMENT
from tests.browser import CONTRASTS, Visit, look_at
from tests.serving import Running, running
from tests.specs import make_spec
from tests.streets import CLASSES, draw_street, encode, train_streets
from tests.toys import png

pytestmark = pytest.mark.browser

PHONE, DESK = 390, 1200
DROP = """([name, bytes]) => {
  const given = new DataTransfer();
  given.items.add(new File([new Uint8Array(bytes)], name, {type: "image/png"}));
  document.dispatchEvent(new DragEvent("drop", {dataTransfer: given, bubbles: true}));
}"""


@pytest.fixture(scope="module")
def server(loaded: Spec, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    prepare = {"height": 24, "width": 32, "channels": 3}
    streets = make_spec(SEGMENTATION, "streets", checks={"classes": CLASSES}, prepare=prepare)
    toy = slot._load(loaded, SimpleNamespace(version="1"))
    folder = train_streets(streets, tmp_path_factory.mktemp("streets") / "model")
    learnt = slot.Loaded(ServedModel.load(folder), {})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slot, "_load", lambda spec, _: toy if spec.name == "toy" else learnt)
        with running(loaded, streets) as server:
            yield server


class Praise(tf.Module):
    """Takes a text for praise that has the word good in it."""

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "text")])
    def serve(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
        """Gives the probability of praise."""
        found = tf.strings.regex_full_match(text, ".*good.*")
        return {"probability": tf.where(found, 0.9, 0.2)}


@pytest.fixture
def reader(loaded: Spec, tmp_path: Path) -> Iterator[Running]:
    spec = make_spec(SENTIMENT, "reviews", checks={"classes": ["bad", "fine"]})
    folder, module = tmp_path / "praise", Praise()
    tf.saved_model.save(module, str(folder), signatures={"serving_default": module.serve})
    learnt = ServedModel(tf.saved_model.load(str(folder)), ["bad", "fine"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slot, "_load", lambda *_: slot.Loaded(learnt, {}))
        with running(spec) as server:
            yield server


def card(visit: Visit, name: str) -> str:
    article = visit.page.locator("article", has=visit.page.get_by_role("heading", name=name))
    article.locator("figure img").first.wait_for()
    return article.inner_text()


@pytest.mark.parametrize("width", [320, PHONE, DESK])
@pytest.mark.parametrize("dark", [False, True])
def test_an_image_is_dropped_and_its_class_read(server: Running, width: int, dark: bool) -> None:
    with look_at(server.address, width, dark) as visit:
        visit.page.get_by_text("version 1").wait_for()
        visit.page.evaluate(DROP, ["light.png", list(png(255))])
        told = card(visit, "light.png")
        assert "bright" in told
        assert "toy, version 1, " in told
        assert visit.complaints == []
        asked = [url for url in visit.requests if not url.startswith(server.address)]
        assert asked == []
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
        found = visit.page.evaluate(CONTRASTS)
        ground = visit.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert [text for text, contrast, _ in found if contrast < 4.5] == []
    assert [text for text, _, size in found if size < 13] == []
    assert (max(map(int, ground[4:-1].split(","))) < 60) == dark


@pytest.mark.parametrize("dark", [False, True])
def test_a_street_is_chosen_and_its_mask_seen(server: Running, tmp_path: Path, dark: bool) -> None:
    street, expected = draw_street(seed=1_000, height=48, width=64)
    (tmp_path / "street.png").write_bytes(encode(street))
    with look_at(server.address, PHONE, dark) as visit:
        visit.page.get_by_label("Task").select_option("streets")
        visit.page.get_by_label("Choose images").set_input_files(tmp_path / "street.png")
        told = card(visit, "street.png")
        overlay, mask = visit.page.locator("article img").all()
        assert overlay.get_attribute("alt") == "overlay of street.png"
        assert mask.get_attribute("alt") == "mask of street.png"
        whole = "[...document.images].every(each => each.complete && each.naturalWidth > 0)"
        visit.page.wait_for_function(whole)
        found = read_mask(mask.get_attribute("src") or "")
        assert visit.complaints == []
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= PHONE
    assert np.mean(found == expected) > 0.95
    share = float(re.search(r"road\s+([\d.]+)", told)[1])  # type: ignore[index]
    assert share == pytest.approx(expected.mean(), abs=0.03)


def read_mask(address: str) -> np.ndarray:
    """The class indices of a picture that stands in its address."""
    data = base64.b64decode(address.removeprefix("data:image/png;base64,"))
    return np.asarray(Image.open(io.BytesIO(data)))


def test_several_images_are_answered_each_by_itself(server: Running, tmp_path: Path) -> None:
    contents = {"dark.png": png(0), "text.png": b"no image", "light.png": png(255)}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    with look_at(server.address) as visit:
        visit.page.get_by_text("version 1").wait_for()
        files = [tmp_path / name for name in contents]
        visit.page.get_by_label("Choose images").set_input_files(files)
        visit.page.get_by_text("done").wait_for()
        told = visit.page.locator("article").all_inner_texts()
    assert [text.split("\n")[0] for text in told] == list(contents)
    assert "not an image of a known format" in told[1]
    assert "bright" in told[2]


def test_a_text_is_written_or_chosen(reader: Running, tmp_path: Path) -> None:
    (tmp_path / "review.txt").write_text("dull and long")
    with look_at(reader.address, PHONE) as visit:
        visit.page.get_by_text("version 1").wait_for()
        visit.page.get_by_label("Or write one").fill("a good film")
        visit.page.get_by_role("button", name="Send it").click()
        assert re.search(r"label\s+fine\s+probability\s+0.9\b", card(visit, "text"))
        visit.page.get_by_label("Choose texts").set_input_files(tmp_path / "review.txt")
        assert re.search(r"label\s+bad\s+probability\s+0.2\b", card(visit, "review.txt"))
        assert visit.complaints == []


def test_all_can_be_reached_by_the_keyboard(server: Running) -> None:
    with look_at(server.address) as visit:
        visit.page.get_by_text("version 1").wait_for()
        with visit.page.expect_file_chooser() as chosen:  # begun early: it takes a moment to listen
            visit.page.keyboard.press("Tab")
            assert visit.page.evaluate("document.activeElement.id") == "task"
            visit.page.keyboard.press("Tab")
            assert visit.page.evaluate("document.activeElement.id") == "files"
            visit.page.keyboard.press("Enter")
        chosen.value.set_files({"name": "a.png", "mimeType": "image/png", "buffer": png(255)})
        assert "bright" in card(visit, "a.png")


def test_the_token_is_asked_for(loaded: Spec) -> None:
    with running(loaded, token="s3cret") as server, look_at(server.address) as visit:
        visit.page.get_by_label("Token of this server").fill("s3cret")
        visit.page.keyboard.press("Enter")
        visit.page.get_by_text("version 1").wait_for()
        visit.page.evaluate(DROP, ["light.png", list(png(255))])
        assert "bright" in card(visit, "light.png")
