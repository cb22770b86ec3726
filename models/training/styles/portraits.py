"""Drawings that know the figure: features, outlines, hair and shading drawn apart, on bare paper, as a portrait artist does.

Each takes a sitter and a generator.
"""

from collections.abc import Callable

import cv2
import numpy as np

from .families import Drawn, worded
from .features import features, locks
from .filters import along, blur, colour, displaced, dodge, evened, grey, levels, noise, smoothstep, tangents
from .pen import Pen, outlines, traced
from .sitter import Sitter

PORTRAITS: dict[str, Callable[[Sitter, np.random.Generator], Drawn]] = {}


def portrait(draw):
    PORTRAITS[draw.__name__] = draw
    return draw


def outline(mask: np.ndarray, width: float) -> np.ndarray:
    """The figure's edge as a line: 1 on it, 0 away from it."""
    inside = (blur(mask, 2) > 0.5).astype(np.uint8)
    distance = cv2.distanceTransform(inside, cv2.DIST_L2, 3) + cv2.distanceTransform(1 - inside, cv2.DIST_L2, 3) - 1
    return np.exp(-((np.minimum(distance, 99) / width) ** 2)).astype(np.float32)


def contours(tone: np.ndarray, flow: np.ndarray, width: float, gain: float, drop: float) -> np.ndarray:
    """Lines of the features along the edge flow; those weaker than `drop` are left out. 1 is line."""
    edges = along(blur(tone, 1.6 * width) - blur(tone, width), flow, 3)
    return smoothstep(gain * evened(edges, 0.03), drop, drop + 0.6)


def hollows(tone: np.ndarray, flow: np.ndarray, width: float, around: float, drop: float, gain: float) -> np.ndarray:
    """Lines where the tone falls below its surroundings, so that dark skin stays as bare as pale. 1 is line."""
    smooth = along(blur(tone, width), flow, 2)
    return smoothstep(evened(1 - smooth / np.maximum(blur(smooth, around), 0.06), 0.15), drop, drop + 1 / gain)


def strands(rng: np.random.Generator, flow: np.ndarray, reach: int, coarse: float) -> np.ndarray:
    """Grain drawn out along the flow, of unit variance."""
    grain = along(noise(rng, flow.shape[0], coarse), flow, reach)
    return grain / grain.std()


def balanced(tone: np.ndarray) -> np.ndarray:
    """The skin brought to one tone, so that dark skin is not taken for hair: its median in a generic face to 0.75."""
    side = tone.shape[0]
    skin = np.median(tone[int(0.35 * side) : int(0.75 * side), int(0.35 * side) : int(0.65 * side)])
    return np.clip(tone, 0, 1) ** (np.log(0.75) / np.log(np.clip(skin, 0.15, 0.9)))


def shading(rng: np.random.Generator, tone: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Darkness laid over the skin's shadows."""
    kind = ("no shading", "soft shading", "hatched shading")[rng.integers(3)]
    shadow = (1 - tone) ** rng.uniform(1.2, 2.2)
    if kind == "no shading":
        return np.zeros_like(tone), [kind]
    if kind == "soft shading":
        return rng.uniform(0.15, 0.55) * shadow, [kind]
    return rng.uniform(0.3, 0.9) * hatched(rng, shadow), [kind]


def hatched(rng: np.random.Generator, shadow: np.ndarray) -> np.ndarray:
    """Parallel strokes in the shadows, turned a little by the form; closer in the darker ones."""
    flow = rng.uniform(0.4, 2.7) + 0.5 * blur(shadow, 6)
    width, reach, spacing = rng.uniform(0.3, 0.8), int(rng.integers(2, 6)), rng.uniform(2, 5)
    limits, each = np.maximum(np.quantile(shadow, (0.55, 0.8)) + rng.uniform(0, 0.15), 0.12), np.random.default_rng(rng.integers(2**32))
    pen = Pen(rng, shadow.shape[0], rng.uniform(0, 1))
    for limit in limits:
        area = shadow > limit
        for stroke in traced(each, flow, area, int(area.sum() / (spacing * 2 * reach)), reach):
            pen.stroke(stroke, width, each.uniform(0.5, 1))
    return pen.ink()


def hair(rng: np.random.Generator, sitter: Sitter, even: np.ndarray, flow: np.ndarray, hand: float) -> tuple[np.ndarray, list[str]]:
    """Strokes along the hair, from a few strands to many, over more or less tone. Of one in three drawings all that is dark is hair."""
    density, words = worded(rng, 0.1, 1.0, ("hair in few strands", "hair in strokes", "dark hair"))
    dark = smoothstep(1 - blur(even, 1.5), *np.cumsum(rng.uniform((0.35, 0.1), (0.65, 0.4))))
    bearded = rng.random() < 0.7
    mass = dark if rng.random() < 0.33 or sitter.hair.max() < 0.5 else np.maximum(blur(sitter.hair, 0.7), bearded * dark * beard(sitter))
    area, width, reach = mass > 0.5, rng.uniform(0.3, 1.1), int(rng.integers(4, 22))
    pen = Pen(rng, area.shape[0], hand)
    spacing = width * (0.6 + 2.5 / density * rng.uniform(0.6, 1.4))
    picky = rng.uniform(0, 1) if rng.random() < 0.5 else 0.0  # strokes where the hair is dark, none where it shines
    way = locks(flow, sitter, rng)
    wanted = area & (rng.random(area.shape) > picky * (1 - smoothstep(1 - even, 0.3, 0.8)))
    each = np.random.default_rng(rng.integers(2**32))  # of its own: how many strokes there are is not alike in all photos
    for stroke in traced(each, way, wanted if picky < 0.5 else area, int(area.sum() / (spacing * 2 * reach)), reach):
        pen.stroke(stroke, width * each.uniform(0.6, 1.4), each.uniform(0.5, 1), 0.9)
    filled = mass * sometimes(rng, 0.9 if density > 0.5 else 0.3) * (1 if rng.random() < 0.4 else dark)
    return 1 - (1 - pen.ink()) * (1 - filled), words


def beard(sitter: Sitter) -> np.ndarray:
    """1 between the nose and the chin, where what is dark may be hair."""
    jaw, under = sitter.curves["jaw"], sitter.curves["nostrils"]
    below = jaw[jaw[:, 1] > under[:, 1].mean()]
    place = np.zeros_like(sitter.hair)
    return blur(cv2.fillPoly(place, [np.round(below).astype(np.int32)], 1.0), 1) if len(below) > 2 else place


def sometimes(rng: np.random.Generator, most: float) -> float:
    """Nothing in one of three, else anything up to `most`."""
    return most * max(0.0, rng.uniform(-0.5, 1))


def pen_lines(rng: np.random.Generator, sitter: Sitter, width: float, hand: float) -> np.ndarray:
    """The face's features, and the outlines of hair and shoulders, in one or two passes. 1 is line."""
    ink = np.zeros_like(sitter.person)
    loud, passes = rng.uniform(0.5, 1), 2 if rng.random() < 0.25 else 1
    state, outline_width = rng.integers(2**32), width * rng.uniform(0.7, 1.6)
    drawn = [mask for mask in (sitter.hair, sitter.person) if rng.random() < 0.85]
    for turn in range(passes):
        pen = Pen(rng, ink.shape[0], hand + 0.4 * turn)
        features(pen, sitter.curves, np.random.default_rng(state), width)
        for mask in drawn:
            for curve in outlines(mask):
                pen.stroke(curve, outline_width, loud, 0.3)
        ink = np.maximum(ink, (1 if turn == 0 else 0.7) * pen.ink())
    return ink


@portrait
def line_portrait(sitter, rng) -> Drawn:
    """Features and contours by the pen, strands of hair and a little shading on white paper."""
    width, a = worded(rng, 0.5, 1.5, ("thin lines", "", "thick lines"))
    lead, b = worded(rng, 0.45, 1.0, ("light", "", "dark"))
    light = grey(sitter.photo)
    tone, hand = levels(blur(light, rng.uniform(0.6, 1.4))), rng.uniform(0, 0.8)
    even, flow = balanced(tone), tangents(tone)
    lines = pen_lines(rng, sitter, width, hand)
    # Glasses, wrinkles, clothes, and what tells one face from another.
    seen = rng.uniform(0.4, 1) * displaced(hollows(levels(light), flow, 0.7 * width, 3, rng.uniform(0.02, 0.12), 3), rng, 0.5 * hand)
    mass, c = hair(rng, sitter, even, flow, hand)
    shade, d = shading(rng, even)
    ink = 1 - (1 - lines) * (1 - mass) * (1 - shade) * (1 - seen)
    figure = np.maximum(blur(sitter.person, 1.0), lines)
    paper = 1 - lead * ink * figure
    return colour(np.clip(paper, 0, 1)), ["line portrait", "artist's line sketch", "portrait sketch in strokes"], a + b + c + d


@portrait
def fine_portrait(sitter, rng) -> Drawn:
    """Crisp fine contours on clean skin, as the photo has them."""
    width, a = worded(rng, 0.3, 1.2, ("thin lines", "", "thick lines"))
    gain, b = worded(rng, 1.6, 5.0, ("light", "", "dark"))
    light = grey(sitter.photo)
    tone, hand = levels(light), rng.uniform(0, 1)
    flow = tangents(tone)
    inner = hollows(tone, flow, width, rng.uniform(1.5, 4), rng.uniform(0, 0.06), gain)
    mass, c = hair(rng, sitter, balanced(levels(blur(light, 1))), flow, hand)
    edge = rng.uniform(0, 1) * outline(sitter.person, rng.uniform(0.4, 1.0))
    ink = 1 - (1 - displaced(1 - (1 - inner) * (1 - edge), rng, hand)) * (1 - mass)
    figure = 1 if rng.random() < 0.3 else np.maximum(blur(sitter.person, 1.0), edge)
    paper = 1 - rng.uniform(0.6, 1) * ink * figure + rng.uniform(0, 0.02) * noise(rng, tone.shape[0], 0.5)
    return colour(np.clip(paper, 0, 1)), ["fine line portrait", "pencil portrait in lines", "clean portrait sketch"], a + b + c


@portrait
def shaded_portrait(sitter, rng) -> Drawn:
    """Soft tone with dark, stroked hair: a studio portrait in graphite."""
    depth, a = worded(rng, 0.3, 1.0, ("pale", "", "deep"))
    grain, b = worded(rng, 0.0, 0.25, ("smooth", "", "grainy"))
    tone, hand = levels(blur(grey(sitter.photo), rng.uniform(0.8, 1.6))), rng.uniform(0, 0.8)
    even, flow = balanced(tone), tangents(tone)
    face = depth * (1 - even) ** rng.uniform(0.9, 1.8) * (1 + grain * strands(rng, flow, 3, 0.5))
    mass, c = hair(rng, sitter, even, flow, hand)
    lines = pen_lines(rng, sitter, rng.uniform(0.5, 1.2), hand) if rng.random() < 0.5 else 0.0
    inner = contours(tone, flow, rng.uniform(0.7, 1.2), rng.uniform(8, 16), rng.uniform(0.1, 0.5))
    ink = 1 - (1 - 0.8 * displaced(inner, rng, hand)) * (1 - np.clip(face, 0, 1)) * (1 - 0.9 * mass) * (1 - lines)
    drawn = 1 - ink * blur(sitter.person, 1.0)
    return colour(np.clip(drawn, 0, 1)), ["shaded portrait", "studio portrait drawing", "graphite portrait"], a + b + c


@portrait
def hand_portrait(sitter, rng) -> Drawn:
    """What artists combine, each from absent to strong: the pen's lines, two kinds of contour that the photo shows, hair in strands or
    filled, shading, and pencil tone where it is darker than around."""
    pre, a = worded(rng, 0.3, 1.8, ("detailed", "", "simple"))
    width, b = worded(rng, 0.4, 1.6, ("thin lines", "", "thick lines"))
    lead, c = worded(rng, 0.6, 1.0, ("light", "", "dark"))
    bold, d = worded(rng, 0.0, 1.0, ("", "", "thick outlines"))
    depth, e = worded(rng, 0.0, 1.5, ("", "", "deep"))
    light, hand = grey(sitter.photo), rng.uniform(0, 0.8)
    tone = levels(blur(light, pre))
    even, flow = balanced(tone), tangents(tone)
    edge = bold * outline(sitter.person, rng.uniform(0.4, 1.5))
    fine = sometimes(rng, 1) * hollows(levels(light), flow, width, rng.uniform(1.5, 4), rng.uniform(0, 0.08), rng.uniform(1.6, 5))
    broad = sometimes(rng, 1) * contours(tone, flow, width, rng.uniform(12, 30), rng.uniform(0.1, 0.4))
    lines = rng.uniform(0.5, 1) * pen_lines(rng, sitter, width, hand) if rng.random() < 0.7 else 0.0
    drawn = displaced((1 - fine) * (1 - broad) * (1 - edge), rng, hand) * (1 - lines)
    mass, f = hair(rng, sitter, even, flow, hand)
    shade, g = shading(rng, even)
    pencil = dodge(light, rng.uniform(2, 8)) ** (1.2 * depth)
    ink = 1 - drawn * (1 - mass) * (1 - shade) * pencil
    bare = rng.uniform(0, 1) * (1 - np.maximum(blur(sitter.person, 1.0), edge))
    paper = rng.uniform(0.9, 1) - lead * ink * (1 - bare) + rng.uniform(0, 0.02) * noise(rng, light.shape[0], 0.5)
    nouns = ["pencil portrait", "artist's pencil sketch", "portrait drawn by hand"]
    return colour(np.clip(blur(paper, rng.uniform(0.1, 0.5)), 0, 1)), nouns, a + b + c + d + e + f + g
