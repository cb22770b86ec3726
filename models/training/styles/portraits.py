"""Drawings that know the figure: outlines, hair and shading drawn apart, on bare paper, as a portrait artist does.

Each takes a photo ([side, side, 3] float32 RGB), the figure's mask ([side, side] in [0, 1]) and a generator.
"""

from collections.abc import Callable

import cv2
import numpy as np

from .families import Drawn, worded
from .filters import along, blur, colour, displaced, dodge, evened, grey, levels, noise, smoothstep, tangents

PORTRAITS: dict[str, Callable[[np.ndarray, np.ndarray, np.random.Generator], Drawn]] = {}


def portrait(draw):
    PORTRAITS[draw.__name__] = draw
    return draw


def outline(mask: np.ndarray, width: float) -> np.ndarray:
    """The figure's edge as a line: 1 on it, 0 away from it."""
    inside = (blur(mask, 2) > 0.5).astype(np.uint8)
    distance = cv2.distanceTransform(inside, cv2.DIST_L2, 3) + cv2.distanceTransform(1 - inside, cv2.DIST_L2, 3) - 1
    return np.exp(-((distance / width) ** 2)).astype(np.float32)


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
    angle = np.full_like(tone, rng.uniform(0.4, 1.4)) + 0.4 * blur(tone, 6)
    return rng.uniform(0.3, 0.8) * smoothstep(strands(rng, angle, 6, 0.6) + 3.5 * shadow, 1.9, 2.7), [kind]


def hair(rng: np.random.Generator, dark: np.ndarray, flow: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Dark masses in long strokes, from a few strands to nearly filled."""
    density, words = worded(rng, 0.1, 1.0, ("hair in few strands", "hair in strokes", "dark hair"))
    drawn = strands(rng, flow, int(rng.integers(5, 11)), rng.uniform(0.3, 0.7))
    limit = 1.5 - 2.9 * density
    return dark * smoothstep(drawn, limit - 0.6, limit + 0.6), words


def sometimes(rng: np.random.Generator, most: float) -> float:
    """Nothing in one of three, else anything up to `most`."""
    return most * max(0.0, rng.uniform(-0.5, 1))


@portrait
def line_portrait(photo, mask, rng) -> Drawn:
    """Contours, strands of hair and a little shading on white paper."""
    width, a = worded(rng, 0.6, 1.5, ("thin lines", "", "thick lines"))
    lead, b = worded(rng, 0.5, 1.0, ("light", "", "dark"))
    tone = levels(blur(grey(photo), rng.uniform(0.6, 1.4)))
    even, flow = balanced(tone), tangents(tone)
    hand = rng.uniform(0, 1.4)
    edge = displaced(outline(mask, width), rng, hand)
    inner = displaced(contours(tone, flow, width, rng.uniform(14, 30), rng.uniform(0.1, 0.4)), rng, hand)
    if rng.random() < 0.4:
        inner = np.maximum(inner, 0.7 * displaced(inner, rng, 1.0))
    dark = smoothstep(1 - blur(even, 1.5), rng.uniform(0.45, 0.6), rng.uniform(0.7, 0.9))
    locks, c = hair(rng, dark, flow)
    shade, d = shading(rng, even)
    ink = 1 - (1 - np.maximum(inner, rng.uniform(0.4, 1) * edge)) * (1 - locks) * (1 - shade * (1 - dark))
    figure = np.maximum(blur(mask, 1.0), edge)
    paper = 1 - lead * ink * figure
    return colour(np.clip(paper, 0, 1)), ["line portrait", "artist's line sketch", "portrait sketch in strokes"], a + b + c + d


@portrait
def fine_portrait(photo, mask, rng) -> Drawn:
    """Crisp fine contours on clean skin."""
    width, a = worded(rng, 0.3, 1.2, ("thin lines", "", "thick lines"))
    gain, b = worded(rng, 1.6, 5.0, ("light", "", "dark"))
    tone, hand = levels(grey(photo)), rng.uniform(0, 1)
    flow = tangents(tone)
    inner = hollows(tone, flow, width, rng.uniform(1.5, 4), rng.uniform(0, 0.06), gain)
    dark = smoothstep(1 - blur(balanced(levels(blur(grey(photo), 1))), 1.5), 0.5, 0.75)
    locks, c = hair(rng, dark, flow)
    locks = np.maximum(locks, rng.uniform(0, 0.5) * dark)
    edge = rng.uniform(0, 1) * outline(mask, rng.uniform(0.4, 1.0))
    ink = displaced(1 - (1 - inner) * (1 - edge), rng, hand)
    ink = 1 - (1 - ink) * (1 - locks)
    figure = 1 if rng.random() < 0.3 else np.maximum(blur(mask, 1.0), edge)
    paper = 1 - rng.uniform(0.6, 1) * ink * figure + rng.uniform(0, 0.02) * noise(rng, tone.shape[0], 0.5)
    return colour(np.clip(paper, 0, 1)), ["fine line portrait", "pencil portrait in lines", "clean portrait sketch"], a + b + c


@portrait
def shaded_portrait(photo, mask, rng) -> Drawn:
    """Soft tone with dark, stroked hair: a studio portrait in graphite."""
    depth, a = worded(rng, 0.3, 1.0, ("pale", "", "deep"))
    grain, b = worded(rng, 0.0, 0.25, ("smooth", "", "grainy"))
    tone = levels(blur(grey(photo), rng.uniform(0.8, 1.6)))
    even, flow = balanced(tone), tangents(tone)
    face = depth * (1 - even) ** rng.uniform(0.9, 1.8) * (1 + grain * strands(rng, flow, 3, 0.5))
    dark = smoothstep(1 - blur(even, 1.5), 0.5, rng.uniform(0.7, 0.9))
    locks, c = hair(rng, dark, flow)
    inner = contours(tone, flow, rng.uniform(0.7, 1.2), rng.uniform(8, 16), rng.uniform(0.1, 0.5))
    ink = 1 - (1 - 0.8 * inner) * (1 - np.clip(face, 0, 1)) * (1 - 0.9 * locks)
    drawn = displaced(1 - ink * blur(mask, 1.0), rng, rng.uniform(0, 1.2))
    return colour(np.clip(drawn, 0, 1)), ["shaded portrait", "studio portrait drawing", "graphite portrait"], a + b + c


@portrait
def hand_portrait(photo, mask, rng) -> Drawn:
    """What artists combine, each from absent to strong: two kinds of contour, outlines, hair in strands or filled, shading, and pencil
    tone where it is darker than around."""
    pre, a = worded(rng, 0.3, 1.8, ("detailed", "", "simple"))
    width, b = worded(rng, 0.4, 1.6, ("thin lines", "", "thick lines"))
    lead, c = worded(rng, 0.6, 1.0, ("light", "", "dark"))
    bold, d = worded(rng, 0.0, 1.0, ("", "", "thick outlines"))
    depth, e = worded(rng, 0.0, 1.5, ("", "", "deep"))
    light = grey(photo)
    tone = levels(blur(light, pre))
    even, flow = balanced(tone), tangents(tone)
    edge = bold * outline(mask, rng.uniform(0.4, 1.5))
    fine = sometimes(rng, 1) * hollows(levels(light), flow, width, rng.uniform(1.5, 4), rng.uniform(0, 0.08), rng.uniform(1.6, 5))
    broad = sometimes(rng, 1) * contours(tone, flow, width, rng.uniform(12, 30), rng.uniform(0.1, 0.4))
    drawn = displaced((1 - fine) * (1 - broad) * (1 - edge), rng, rng.uniform(0, 1.2))
    dark = smoothstep(1 - blur(even, 1.5), *np.cumsum(rng.uniform((0.35, 0.1), (0.65, 0.4))))
    locks, f = hair(rng, dark, flow)
    locks = np.maximum(rng.uniform(0.3, 1) * locks, sometimes(rng, 0.7) * dark)
    shade, g = shading(rng, even)
    pencil = dodge(light, rng.uniform(2, 8)) ** (1.2 * depth)
    ink = 1 - drawn * (1 - locks) * (1 - shade * (1 - dark)) * pencil
    bare = rng.uniform(0, 1) * (1 - np.maximum(blur(mask, 1.0), edge))
    paper = rng.uniform(0.9, 1) - lead * ink * (1 - bare) + rng.uniform(0, 0.02) * noise(rng, light.shape[0], 0.5)
    nouns = ["pencil portrait", "artist's pencil sketch", "portrait drawn by hand"]
    return colour(np.clip(blur(paper, rng.uniform(0.1, 0.5)), 0, 1)), nouns, a + b + c + d + e + f + g
