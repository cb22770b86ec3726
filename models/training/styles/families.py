"""The drawing families. Each takes a photo ([side, side, 3] float32 RGB) and a generator, and returns the drawing with
its nouns (any one names it) and the words for the parameters that were drawn."""

from collections.abc import Callable

import cv2
import numpy as np

from .filters import along, blur, colour, displaced, dodge, grey, levels, lines, noise, smoothstep, stripes, tangents, xdog

Drawn = tuple[np.ndarray, list[str], list[str]]
FAMILIES: dict[str, Callable[[np.ndarray, np.random.Generator], Drawn]] = {}


def family(draw: Callable[[np.ndarray, np.random.Generator], Drawn]):
    FAMILIES[draw.__name__] = draw
    return draw


def worded(rng: np.random.Generator, low: float, high: float, words: tuple[str, str, str]) -> tuple[float, list[str]]:
    """A parameter from [low, high], with the word for its third: the middle one is mostly left unsaid."""
    value = rng.uniform(low, high)
    word = words[min(2, int(3 * (value - low) / (high - low)))]
    return value, [word] if word and rng.random() < 0.8 else []


def pick(rng: np.random.Generator, choices: dict):
    name = list(choices)[rng.integers(len(choices))]
    return name, choices[name]


@family
def monochrome(photo, rng) -> Drawn:
    contrast, a = worded(rng, 0.7, 1.7, ("low contrast", "", "high contrast"))
    light, b = worded(rng, -0.15, 0.15, ("dark", "", "bright"))
    tone = np.clip((grey(photo) - 0.5) * contrast + 0.5 + light, 0, 1)
    return colour(tone), ["grey photo", "black and white photo", "greyscale photo", "monochrome photo"], a + b


@family
def pencil(photo, rng) -> Drawn:
    softness, a = worded(rng, 2, 9, ("fine", "", "soft"))
    darkness, b = worded(rng, 0.8, 2.8, ("light", "", "dark"))
    tone = grey(photo)
    paper = dodge(tone, softness) ** (1.2 * darkness) + 0.02 * noise(rng, tone.shape[0])
    return colour(np.clip(paper, 0, 1)), ["pencil sketch", "pencil drawing"], a + b


@family
def graphite(photo, rng) -> Drawn:
    """Strokes that follow the edge-tangent flow."""
    reach, a = worded(rng, 3, 9, ("short strokes", "", "long strokes"))
    darkness, b = worded(rng, 0.7, 1.5, ("light", "", "dark"))
    tone = levels(blur(grey(photo), 1.2))
    strokes = along(noise(rng, tone.shape[0], 0.6), tangents(tone), int(reach))
    strokes /= strokes.std()
    shade = np.clip(1 - 0.8 * darkness * (1 - tone) * (0.85 + 0.2 * strokes), 0, 1)
    drawn = shade * lines(tone, 1.0, 4 * darkness)
    return colour(np.clip(drawn, 0, 1)), ["graphite drawing", "graphite sketch", "shaded pencil drawing"], a + b


@family
def line_drawing(photo, rng) -> Drawn:
    width, a = worded(rng, 0.5, 1.7, ("thin lines", "", "thick lines"))
    detail, b = worded(rng, 0.0, 2.2, ("detailed", "", "simple"))
    tone = levels(blur(grey(photo), 0.4 + detail))
    tone = along(tone, tangents(tone), 2)
    drawn = lines(tone, width, rng.uniform(14, 26))
    return colour(drawn), ["line drawing", "outline drawing", "contour drawing"], a + b


@family
def ink(photo, rng) -> Drawn:
    """XDoG: lines and filled blacks."""
    width, a = worded(rng, 0.5, 1.6, ("thin lines", "", "thick lines"))
    black, b = worded(rng, 0.35, 0.85, ("few shadows", "", "heavy shadows"))
    tone = levels(grey(photo))
    drawn = along(xdog(tone, width, 14, black, 12), tangents(tone), 2)
    return colour(drawn), ["ink drawing", "pen and ink drawing"], a + b


@family
def loose_sketch(photo, rng) -> Drawn:
    """Several imprecise passes of contour, with a little tone."""
    amount, a = worded(rng, 0.5, 2.2, ("careful", "", "loose"))
    tone_amount, b = worded(rng, 0, 0.6, ("no shading", "", "soft shading"))
    tone = levels(blur(grey(photo), rng.uniform(0.6, 1.6)))
    width, gain = rng.uniform(0.6, 1.2), rng.uniform(5, 10)
    drawn = 1 - tone_amount * (1 - blur(tone, 1.5))
    for _ in range(rng.integers(2, 4)):
        drawn = drawn * displaced(lines(tone, width, gain), rng, amount)
    return colour(np.clip(drawn, 0, 1)), ["quick sketch", "hand sketch", "rough drawing"], a + b


@family
def portrait_sketch(photo, rng) -> Drawn:
    """Pale face, soft shading, dark hair: tone compressed towards the paper, lines on top."""
    shading, a = worded(rng, 0.25, 1.0, ("pale", "", "shaded"))
    hair, b = worded(rng, 0.15, 0.45, ("", "", "dark hair"))
    tone = levels(blur(grey(photo), rng.uniform(0.8, 1.8)))
    soft = 1 - shading * (1 - tone) ** rng.uniform(1.0, 2.0)
    mass = smoothstep(blur(tone, 2), hair * 0.4, hair * 1.6)
    strokes = along(noise(rng, tone.shape[0], 0.5), tangents(tone), 4)
    mass = np.clip(mass + 0.25 * (1 - mass) * strokes / strokes.std(), 0, 1)
    drawn = soft * (0.15 + 0.85 * mass) * lines(tone, 0.9, rng.uniform(4, 9))
    drawn = displaced(drawn, rng, rng.uniform(0, 1.2))
    return colour(np.clip(drawn, 0, 1)), ["portrait sketch", "artist's sketch", "portrait drawing"], a + b


@family
def charcoal(photo, rng) -> Drawn:
    grain, a = worded(rng, 0.03, 0.14, ("smooth", "", "grainy"))
    darkness, b = worded(rng, 0.8, 1.6, ("light", "", "dark"))
    tone = levels(blur(grey(photo), rng.uniform(1, 2)))
    shade = 1 - darkness * (1 - tone) ** 0.8
    drawn = shade * lines(tone, 1.6, 5) + grain * noise(rng, tone.shape[0], 0.5) * (0.3 + 1 - tone)
    return colour(np.clip(drawn, 0.04, 1)), ["charcoal drawing", "charcoal sketch"], a + b


@family
def hatching(photo, rng) -> Drawn:
    """Layers of strokes, one more for each darker tone, turned by the form."""
    spacing, a = worded(rng, 3.0, 5.5, ("dense", "", "sparse"))
    crossed = rng.random() < 0.5
    tone = levels(blur(grey(photo), 1))
    side = tone.shape[0]
    bend = 2.0 * blur(tone, 6) * np.pi
    angle = rng.uniform(0.2, 1.2)
    drawn = np.ones_like(tone)
    for layer, limit in enumerate((0.75, 0.5, 0.28)):
        turned = angle + (layer * (np.pi / 3 if crossed else 0.12))
        stroke = smoothstep(stripes(side, spacing, turned, bend + layer), 0.35, 0.65)
        drawn = np.minimum(drawn, np.maximum(stroke, smoothstep(tone, limit - 0.1, limit + 0.1)))
    drawn = drawn * lines(tone, 0.8, 7)
    nouns = ["cross hatching drawing", "crosshatched drawing"] if crossed else ["hatching drawing", "hatched drawing"]
    return colour(drawn), nouns, a


@family
def stippling(photo, rng) -> Drawn:
    size, a = worded(rng, 0.0, 0.8, ("fine dots", "", "coarse dots"))
    tone = levels(grey(photo)) ** rng.uniform(0.6, 1.1)
    grain = noise(rng, tone.shape[0], size)
    rank = 0.5 + 0.5 * np.tanh(0.8 * grain)
    return colour(smoothstep(tone - rank, -0.15, 0.15)), ["stippling drawing", "stippled portrait", "pointillist drawing"], a


@family
def engraving(photo, rng) -> Drawn:
    spacing, a = worded(rng, 3.0, 5.0, ("dense lines", "", "sparse lines"))
    tone = levels(blur(grey(photo), 0.7))
    wave = stripes(tone.shape[0], spacing, rng.uniform(1.1, 2.0), 3 * blur(tone, 4))
    return colour(smoothstep(wave - (1 - tone), -0.2, 0.2)), ["engraving", "banknote engraving", "etching"], a


@family
def woodcut(photo, rng) -> Drawn:
    limit, a = worded(rng, 0.35, 0.6, ("bright", "", "dark"))
    tone = levels(blur(grey(photo), rng.uniform(1, 1.8)))
    tone = along(tone, tangents(tone), 4)
    cut = stripes(tone.shape[0], rng.uniform(4, 6), rng.uniform(0, 3), 2 * blur(tone, 5))
    drawn = smoothstep(tone + 0.22 * (cut - 0.5), limit - 0.05, limit + 0.05)
    return colour(drawn), ["woodcut", "woodcut print", "linocut"], a


@family
def ink_wash(photo, rng) -> Drawn:
    wet, a = worded(rng, 1.5, 4, ("crisp", "", "wet"))
    tone = levels(grey(photo))
    soft = displaced(blur(tone, wet), rng, 1.5)
    steps = rng.integers(3, 6)
    wash = blur(np.round(soft * steps) / steps, 0.7)
    drawn = np.clip((0.25 + 0.75 * wash) * (0.6 + 0.4 * lines(tone, 1.2, 8)), 0, 1)
    return colour(drawn), ["ink wash painting", "wash drawing", "brush drawing"], a


@family
def pastel(photo, rng) -> Drawn:
    grain, a = worded(rng, 0.03, 0.12, ("smooth", "", "grainy"))
    soft = cv2.bilateralFilter(photo, 5, 0.25, 4)
    mean = colour(grey(soft))
    bright = np.clip(0.25 + 0.8 * (mean + 1.3 * (soft - mean)), 0, 1)
    strokes = along(noise(rng, photo.shape[0], 0.5), np.full(photo.shape[:2], 0.8), 4)
    drawn = bright + grain * colour(strokes / strokes.std())
    return np.clip(drawn, 0, 1).astype(np.float32), ["pastel drawing", "soft pastel", "coloured chalk drawing"], a


@family
def sepia(photo, rng) -> Drawn:
    strength, a = worded(rng, 0.5, 1.0, ("faint", "", "strong"))
    tone = colour(grey(photo))
    brown = tone ** np.array([0.75, 1.0, 1.45], np.float32)
    return ((1 - strength) * tone + strength * brown).astype(np.float32), ["sepia photo", "brown toned photo", "old photo"], a


PAPERS = {
    "blue": (0.62, 0.72, 0.84), "brown": (0.76, 0.64, 0.50), "yellow": (0.93, 0.86, 0.62), "grey": (0.68, 0.68, 0.68),
    "pink": (0.90, 0.72, 0.72), "green": (0.66, 0.78, 0.66), "cream": (0.96, 0.92, 0.82),
}


@family
def tinted_paper(photo, rng) -> Drawn:
    """Dark and white chalk on coloured paper."""
    name, paper = pick(rng, PAPERS)
    white, a = worded(rng, 0, 1, ("no highlights", "", "white highlights"))
    tone = levels(blur(grey(photo), 1))
    dark = np.clip((0.55 - tone) / 0.55, 0, 1) * rng.uniform(0.6, 1)
    light = white * smoothstep(tone, 0.7, 1.0)
    paint = np.array(paper, np.float32) * colour((1 - dark) * lines(tone, 0.9, 7))
    drawn = paint + colour(light) * (1 - paint)
    return np.clip(drawn, 0, 1), [f"chalk drawing on {name} paper", f"drawing on {name} paper"], a


CHALKS = {"red": (0.62, 0.22, 0.15), "blue": (0.13, 0.2, 0.55), "brown": (0.38, 0.22, 0.12), "green": (0.1, 0.36, 0.2)}


@family
def coloured_line(photo, rng) -> Drawn:
    """Red chalk and its relatives: one hue on white."""
    name, hue = pick(rng, CHALKS)
    strength, a = worded(rng, 0.4, 1.1, ("pale", "", "strong"))
    tone = levels(blur(grey(photo), 1))
    amount = np.clip(strength * (1 - tone) ** 1.3 + 1 - lines(tone, 0.9, 6), 0, 1)
    drawn = 1 - colour(amount) * (1 - np.array(hue, np.float32))
    return drawn.astype(np.float32), [f"{name} chalk drawing", f"{name} pencil drawing"], a


@family
def negative(photo, rng) -> Drawn:
    plain = rng.random() < 0.5
    base = colour(grey(photo)) if plain else photo
    return 1 - base, ["negative", "inverted photo"], ["grey" if plain else "coloured"]


@family
def poster(photo, rng) -> Drawn:
    count = int(rng.integers(2, 6))
    plain = rng.random() < 0.5
    base = blur(colour(levels(grey(photo))) if plain else photo, 1.0)
    drawn = np.round(base * (count - 1)) / (count - 1)
    return drawn, ["poster", "posterised picture"], [{2: "two", 3: "three", 4: "four", 5: "five"}[count] + " tones", "grey" if plain else "coloured"]


@family
def cartoon(photo, rng) -> Drawn:
    width, a = worded(rng, 0.8, 1.6, ("thin outlines", "", "thick outlines"))
    soft = photo
    for _ in range(3):
        soft = cv2.bilateralFilter(soft, 5, 0.2, 3)
    flat = blur(np.round(soft * 6) / 6, 0.5)
    flat = np.clip(0.5 + 1.15 * (flat - 0.45), 0, 1)
    return (flat * colour(lines(grey(soft), width, 14))).astype(np.float32), ["cartoon", "comic drawing"], a


@family
def halftone(photo, rng) -> Drawn:
    period, a = worded(rng, 3.2, 5.5, ("fine", "", "coarse"))
    tone = levels(grey(photo))
    side, angle = tone.shape[0], rng.uniform(0.3, 1.2)
    screen = 0.5 * (stripes(side, period, angle) + stripes(side, period, angle + np.pi / 2))
    return colour(smoothstep(tone - screen, -0.12, 0.12)), ["halftone print", "newspaper print"], a


@family
def blurred(photo, rng) -> Drawn:
    sigma, a = worded(rng, 1.2, 4.5, ("slightly", "", "very"))
    return blur(photo, sigma), ["blurred photo", "out of focus photo"], a


TINTS = {"warm": (1.12, 1.0, 0.82), "cold": (0.84, 0.98, 1.15), "green": (0.88, 1.1, 0.88), "purple": (1.08, 0.86, 1.12)}


@family
def tinted(photo, rng) -> Drawn:
    name, tint = pick(rng, TINTS)
    return np.clip(photo * np.array(tint, np.float32), 0, 1), ["photo", "colour photo"], [name]


@family
def watercolour(photo, rng) -> Drawn:
    wet, a = worded(rng, 0.8, 2.2, ("crisp", "", "wet"))
    soft = displaced(blur(cv2.bilateralFilter(photo, 7, 0.3, 4), wet), rng, 1.0)
    pale = 0.3 + 0.7 * soft
    edge = 0.85 + 0.15 * lines(grey(soft), 1.5, 14)
    texture = 1 + 0.05 * noise(rng, photo.shape[0], 1.5)
    return np.clip(pale * colour(edge * texture), 0, 1).astype(np.float32), ["watercolour painting", "watercolor portrait"], a


def toned_paper(rng: np.random.Generator) -> tuple[str, np.ndarray]:
    """From nearly white to the papers of chalk drawings; half are grey, as scans and photos of drawings are."""
    name = "grey" if rng.random() < 0.5 else pick(rng, PAPERS)[0]
    strength, word = worded(rng, 0.1, 1.0, ("pale", "", "deep"))
    return " ".join([*word, name, "paper"]), 1 - strength * (1 - np.array(PAPERS[name], np.float32))


_OTHERS = {
    "plain": (0.97, 0.97, 0.95), "black": (0.03, 0.03, 0.03), "grey": (0.6, 0.6, 0.6), "blue": (0.35, 0.5, 0.8),
    "cream": (0.96, 0.92, 0.82),
}


def background(rng: np.random.Generator) -> tuple[str, tuple[float, float, float]]:
    """Drawings mostly stand on white."""
    return ("white", (1.0, 1.0, 1.0)) if rng.random() < 0.6 else pick(rng, _OTHERS)
