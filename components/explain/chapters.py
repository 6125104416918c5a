"""What a look inside shows, chapter by chapter: pictures, each with how it was made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from components.core.captions import Caption
from components.core.filters import draw_filters
from components.core.overlays import heat, overlay
from components.core.pictures import BLANK, Tile, as_picture, contact_sheet
from components.core.text import word
from components.explain.ascent import Ascent, ascend, flat
from components.explain.drawing import cut_out, draw_planes, framed, stretched
from components.explain.edges import DIRECTIONS, POOLS, case_study
from components.explain.evidence import grad_cam, occlusion
from components.explain.exciting import find_summits, liveliest, peaks
from components.explain.fields import box_of, effective_field
from components.explain.network import Inside, run_in_batches
from components.explain.plane import LEAST, neighbours_kept, principal_components
from components.explain.subject import Photo, Subject

MIDDLE, LARGE = 96, 144
CHANNELS, BLOCKS, PHOTOS = 8, 6, 4
STRONGEST = 98
"""Percentile of a map from which on edges are shown alike."""
SEEN = 32
"""Samples over which effective receptive fields are averaged."""
HOW = Ascent()
ASCENT = (
    f"Gradient ascent on the mean of a channel: {HOW.octaves} octaves of {HOW.steps} steps, a "
    f"jitter of {HOW.jitter} pixels, total variation of weight {HOW.smoothness:g}."
)


@dataclass(frozen=True)
class Sheet:
    """A picture of a chapter.

    Attributes:
        name: Of its file.
        image: The picture.
        caption: What it shows, how it was made, and whose idea that was.
    """

    name: str
    image: Image.Image
    caption: Caption


@dataclass(frozen=True)
class Chapter:
    """Some pictures that belong together.

    Attributes:
        key: Its name in addresses.
        title: Its heading.
        make: Makes its pictures; none where the network has nothing such.
    """

    key: str
    title: str
    make: Callable[[Subject], Iterator[Sheet]]


def show_filters(subject: Subject) -> Iterator[Sheet]:
    """The filters of the first layer."""
    drawn = draw_filters(subject.inside.first)
    if drawn is not None:
        yield Sheet("filters", *drawn)


def show_edges(subject: Subject) -> Iterator[Sheet]:
    """Edge filters made by hand on the first photo, and poolings of what they find."""
    photo = subject.photos[0]
    *directed, depth = case_study(photo.picture).items()
    tiles = [
        (_outlined(maps[..., at]), f"{degrees}°")
        for _, maps in directed
        for at, degrees in enumerate(DIRECTIONS)
    ]
    titles = [f"{name}\n{_size(maps)}" for name, maps in directed]
    caption = Caption(
        "Edges by hand",
        "No network: Prewitt's filter (1970) turned by 0, 45, ... 315 degrees on the photo at "
        "300x300 grey pixels, what is negative cut off; zero padding makes an edge of the frame "
        f"as well. Below, max pooling over squares of {', '.join(map(str, POOLS))} pixels.",
        f"Edges of {word(photo.name)} in eight directions, sharp above and coarse below.",
    )
    yield Sheet("edges", contact_sheet(tiles, CHANNELS, MIDDLE, titles), caption)
    name, maps = depth
    pair = [(photo.picture, word(photo.name)), (_outlined(maps[..., 0]), f"{name}\n{_size(maps)}")]
    caption = Caption(
        "Edges of every direction",
        "The greatest of the eight maps at each place: max pooling over depth.",
        "A photo, and its outlines.",
    )
    yield Sheet("edges_over_depth", contact_sheet(pair, 2, 2 * LARGE), caption)


def _outlined(edges: np.ndarray) -> Image.Image:
    """A map of edges, the strongest of which, often the frame, all have the full brightness."""
    return heat(np.minimum(edges, np.percentile(edges, STRONGEST)))


def show_activations(subject: Subject) -> Iterator[Sheet]:
    """What each block of the network gives for the first photo."""
    inside, photo = subject.inside, subject.photos[0]
    tiles: list[Tile] = []
    titles = []
    for name in _spread(inside.blocks(), BLOCKS):
        (maps,) = run_in_batches(inside.until(name), photo.pixels[np.newaxis])
        most = np.sort(np.argsort(-maps.std(axis=(0, 1)), kind="stable")[:CHANNELS])
        row = [(heat(maps[..., channel]), f"{channel}") for channel in most]
        tiles += [*row, *[BLANK] * (CHANNELS - len(row))]
        titles.append(f"{_title(inside, name)}\n{_size(maps)}")
    if not tiles:
        return
    caption = Caption(
        "Activation maps of every block",
        f"What the last layer of each size gives for {word(photo.name)}: of its channels the "
        f"{CHANNELS} whose maps vary most, each from its least value (dark) to its greatest "
        "(bright); numbers are those of the channels.",
        "A row of maps a block, finer above and coarser below.",
    )
    yield Sheet("activations", contact_sheet(tiles, CHANNELS, MIDDLE, titles), caption)


def show_exciting(subject: Subject) -> Iterator[Sheet]:
    """The samples that excite some channels most, cut down to their receptive fields."""
    inside, samples = subject.inside, subject.samples
    if samples is None:
        return
    height, width = samples.pixels.shape[1:3]
    names = [name for name in inside.descent()[1:] if name in inside.fields]
    for number, name in enumerate(_spread(names, 2), start=1):
        field, summits = inside.fields[name], find_summits(inside.until(name), samples.pixels)
        channels = liveliest(summits, BLOCKS)
        tiles: list[Tile] = []
        for channel in channels:
            for peak in peaks(summits, channel, CHANNELS):
                box = box_of(field, peak.row, peak.column, height, width)
                tiles.append((cut_out(as_picture(samples.pixels[peak.image]), box), ""))
        caption = Caption(
            f"What excites {_title(inside, name)}",
            f"A row a channel: of {len(samples.pixels)} samples of the test split those with its "
            f"greatest values, cut down to the receptive field of {field} pixels where they are "
            "greatest. After Zeiler and Fergus (2014), Visualizing and Understanding "
            "Convolutional Networks.",
            f"{len(channels)} rows of details that look alike.",
        )
        titles = [f"channel {channel}" for channel in channels]
        sheet = contact_sheet(tiles, len(tiles) // len(channels), MIDDLE, titles)
        yield Sheet(f"exciting{number}", sheet, caption)


def show_dreams(subject: Subject) -> Iterator[Sheet]:
    """Images that channels like, grown from noise and from the first photo."""
    inside, photo = subject.inside, subject.photos[0]
    pixels = subject.pixels()
    channels = {
        name: liveliest(find_summits(inside.until(name), pixels), PHOTOS)
        for name in _spread(inside.descent()[1:], 3)
    }
    if channels:
        yield _grown(inside, channels, pixels)
        yield _dreamt(inside, {name: few[0] for name, few in channels.items()}, photo)


def _grown(inside: Inside, channels: Mapping[str, Sequence[int]], pixels: np.ndarray) -> Sheet:
    start, noise = flat(pixels)
    tiles: list[Tile] = []
    for name, few in channels.items():
        model = inside.until(name)
        row = [(stretched(ascend(model, start, each, HOW, noise)), f"{each}") for each in few]
        tiles += [*row, *[BLANK] * (PHOTOS - len(row))]
    caption = Caption(
        "What channels like",
        f"{ASCENT} It begins with noise as bright as the samples; what comes out is stretched from "
        "black to white. After Olah et al. (2017), Feature Visualization, Distill.",
        "A row of patterns a block, simple above and complex below.",
    )
    titles = [_title(inside, name) for name in channels]
    return Sheet("features", contact_sheet(tiles, PHOTOS, LARGE, titles), caption)


def _dreamt(inside: Inside, channels: Mapping[str, int], photo: Photo) -> Sheet:
    gently = replace(HOW, rate=HOW.rate / 2)  # so that the photo is still seen
    tiles: list[Tile] = [(photo.seen, "the photo")]
    for name, channel in channels.items():
        image = ascend(inside.until(name), photo.pixels.astype(np.float32), channel, gently)
        tiles.append((as_picture(image), f"{_title(inside, name)}, channel {channel}"))
    caption = Caption(
        "Deep dream",
        f"{ASCENT} It begins with a photo. After Mordvintsev et al. (2015), Inceptionism.",
        "A photo, and the same with patterns that grow in it.",
    )
    return Sheet("dream", contact_sheet(tiles, len(tiles), 2 * MIDDLE), caption)


def show_evidence(subject: Subject) -> Iterator[Sheet]:
    """What of each photo speaks for the answers: Grad-CAM and occlusion."""
    inside, name = subject.inside, subject.inside.deepest()
    if name is None or len(inside.model.outputs) > 1:
        return
    answers = [_answers(subject, photo) for photo in subject.photos]
    for number, some in enumerate(_together(answers), start=1):
        tiles: list[Tile] = []
        for at in some:
            tiles += _coloured(inside, name, subject.photos[at], list(answers[at].values()))
        said = [word(answer) for at in some for answer in answers[at]]
        photos = ", ".join(word(subject.photos[at].name) for at in some)
        caption = Caption(
            f"Evidence in {photos}",
            "Red speaks for an answer (or draws a coordinate right or down), blue against it. "
            f"Grad-CAM: Selvaraju et al. (2017), at {_title(inside, name)}, exact below global "
            "average pooling alone; of the pixels of a class, Vinogradova et al. (2020). "
            "HiResCAM: Draelos and Carin (2020), the same with the gradient of each place for "
            "itself. Occlusion: how much the answer falls when a grey square covers the place, "
            "Zeiler and Fergus (2014).",
            f"A photo, and the same coloured where its parts decide: {', '.join(said)}.",
        )
        sheet = contact_sheet(tiles, len(tiles) // len(said), 2 * MIDDLE, said)
        yield Sheet(f"evidence{number}", sheet, caption)


def _together(answers: Sequence[Mapping[str, np.ndarray]]) -> list[list[int]]:
    """The photos of each picture: four share one where each has one answer."""
    asked = [at for at, each in enumerate(answers) if each]
    many = PHOTOS if all(len(answers[at]) == 1 for at in asked) else 1
    return [asked[start : start + many] for start in range(0, len(asked), many)]


def _coloured(inside: Inside, name: str, photo: Photo, answers: Sequence[np.ndarray]) -> list[Tile]:
    """A row an answer: the photo, and under the evidence for it."""
    pixels, tiles = photo.pixels[np.newaxis], []
    covered = occlusion(inside.model, photo.pixels, answers)
    for answer, drops in zip(answers, covered, strict=True):
        found = {
            "Grad-CAM": grad_cam(inside, name, pixels, answer)[0],
            "HiResCAM": grad_cam(inside, name, pixels, answer, averaged=False)[0],
            "occlusion": drops,
        }
        coloured = [(overlay(photo.seen, evidence), way) for way, evidence in found.items()]
        tiles += [(photo.seen, ""), *coloured]
    return tiles


def show_fields(subject: Subject) -> Iterator[Sheet]:
    """What a value in the middle of each block can see of a photo, and what it does see."""
    inside, photo = subject.inside, subject.photos[0]
    averaged = subject.pixels()[:SEEN]
    height, width = photo.pixels.shape[:2]
    tiles: list[Tile] = []
    for name in _spread([name for name in inside.blocks() if name in inside.fields], BLOCKS):
        row, column = (side // 2 for side in inside.maps[name].shape[1:3])
        box = box_of(inside.fields[name], row, column, height, width)
        seen = overlay(photo.seen, effective_field(inside, name, averaged))
        tiles.append((framed(seen, box, width), f"{_title(inside, name)}\n{inside.fields[name]}"))
    if not tiles:
        return
    caption = Caption(
        "Receptive fields",
        "Yellow: the theoretical field of the value in the middle, by the arithmetic of Araujo et "
        "al. (2019), Distill. Red: the effective one, the size of the gradient there, averaged "
        f"over {len(averaged)} samples and the channels, after Luo et al. (2016), Understanding "
        "the Effective Receptive Field.",
        "A photo a block, with a frame that grows and a red spot within it.",
    )
    yield Sheet("fields", contact_sheet(tiles, len(tiles), 2 * MIDDLE), caption)


def show_plane(subject: Subject) -> Iterator[Sheet]:
    """The samples as points of a plane, coloured by group, errors marked."""
    found, samples = subject.inside.embedding(), subject.samples
    if found is None or samples is None or len(samples.pixels) < LEAST:
        return
    model, kind = found
    embeddings = run_in_batches(model, samples.pixels)
    points, share = principal_components(embeddings)
    planes = {
        f"principal components, {share:.0%} of the variance": points,
        "t-SNE": neighbours_kept(embeddings),
    }
    coloured = " Colours are classes." if any(samples.groups) else ""
    marked = "" if samples.wrong is None else " A cross is a sample that the model is wrong about."
    caption = Caption(
        "Samples in the plane",
        f"{len(points)} samples of the test split by {word(kind)}: left principal components, "
        "right t-SNE (van der Maaten and Hinton, 2008), of which only who is near whom has a "
        "meaning."
        f"{coloured}{marked}",
        "Two clouds of points.",
    )
    yield Sheet("plane", draw_planes(planes, samples.groups, samples.wrong), caption)


CHAPTERS: Sequence[Chapter] = (
    Chapter("filters", "First filters", show_filters),
    Chapter("edges", "Edges by hand", show_edges),
    Chapter("activations", "Activation maps", show_activations),
    Chapter("exciting", "What excites channels", show_exciting),
    Chapter("dreams", "What channels like", show_dreams),
    Chapter("evidence", "Evidence", show_evidence),
    Chapter("fields", "Receptive fields", show_fields),
    Chapter("plane", "Embeddings", show_plane),
)


def _answers(subject: Subject, photo: Photo) -> Mapping[str, np.ndarray]:
    (outputs,) = run_in_batches(subject.inside.model, photo.pixels[np.newaxis])
    return subject.answers(outputs)


def _spread(names: Sequence[str], count: int) -> list[str]:
    """Some of the names, from the first to the last, evenly."""
    places = np.linspace(0, len(names) - 1, min(count, len(names))).round().astype(int)
    return [names[place] for place in places]


def _title(inside: Inside, name: str) -> str:
    return word(inside.titles[name])


def _size(maps: np.ndarray) -> str:
    return " x ".join(map(str, maps.shape))
