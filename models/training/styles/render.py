"""One training example: a photo, its drawing, and what a caption or an instruction would say of it."""

from dataclasses import dataclass

import cv2
import numpy as np

from .families import FAMILIES, toned_paper
from .families import background as draw_background
from .filters import blur
from .places import elsewhere
from .portraits import PORTRAITS
from .sitter import Sitter

__all__ = ["NAMES", "Rendering", "Sitter", "drawn", "photographed", "render"]

NAMES = [*FAMILIES, *PORTRAITS]
# Black on white, so on any other paper, too.
ON_PAPER = {*PORTRAITS, "pencil", "graphite", "line_drawing", "ink", "loose_sketch", "portrait_sketch", "charcoal", "hatching"}
# What artists' sketches look like is drawn more often than what merely widens the space, screens and prints least.
_OFTEN = {
    "hand_portrait": 10, "line_portrait": 7, "fine_portrait": 3, "shaded_portrait": 3, "portrait_sketch": 2, "pencil": 2,
    "graphite": 1.5, "line_drawing": 1.5, "ink": 1.5, "loose_sketch": 1.5, "charcoal": 1.5, "poster": 1.5, "cartoon": 1.5, "tinted": 1.5,
    "woodcut": 0.6, "stippling": 0.4, "engraving": 0.4, "halftone": 0.4,
}
_WEIGHTS = np.array([_OFTEN.get(name, 1) for name in NAMES], float)
_WEIGHTS /= _WEIGHTS.sum()


@dataclass
class Rendering:
    photo: np.ndarray  # [side, side, 3] float32 in [0, 1]
    drawing: np.ndarray
    family: str
    nouns: list[str]
    words: list[str]
    background: str  # "" where it was left as it is, or goes without saying


def render(stored: np.ndarray, rng: np.random.Generator, side: int = 128, family: str | None = None, plain: bool = False) -> Rendering:
    """`stored`: a SITTER of the photos stage. `plain`: no change of framing, light or background."""
    return drawn(photographed(stored, rng, side, plain), rng, family, plain)


def photographed(stored: np.ndarray, rng: np.random.Generator, side: int, plain: bool = False) -> Sitter:
    """Framed, placed and lit anew."""
    sitter = _framed(stored, rng, side, plain)
    if plain:
        return sitter
    person = sitter.person[..., None]
    if rng.random() < 0.35:
        sitter.photo = elsewhere(sitter.photo, person, rng)
    if rng.random() < 0.25:
        sitter.photo = person * sitter.photo ** rng.uniform(1.2, 2.2) + (1 - person) * sitter.photo  # dark skin is rare among the photos
    sitter.photo = _light(sitter.photo, rng)
    return sitter


def drawn(sitter: Sitter, rng: np.random.Generator, family: str | None = None, plain: bool = False) -> Rendering:
    name = family or rng.choice(NAMES, p=_WEIGHTS)
    background, photo = "", sitter.photo
    if name in PORTRAITS:
        drawing, nouns, words = PORTRAITS[name](sitter, rng)
        background = "white" if rng.random() < 0.3 else ""
    else:
        drawing, nouns, words = FAMILIES[name](photo, rng)
    if not plain and name in ON_PAPER and rng.random() < 0.3:
        word, paper = toned_paper(rng)
        return Rendering(photo.astype(np.float32), (drawing * paper).astype(np.float32), name, nouns, [*words, word], "")
    if not plain and name in FAMILIES and rng.random() < 0.45:
        background, paint = draw_background(rng)
        soft = blur(sitter.person, 0.8)[..., None]
        drawing = soft * drawing + (1 - soft) * np.array(paint, np.float32)
    return Rendering(photo.astype(np.float32), drawing.astype(np.float32), name, nouns, words, background)


def _framed(stored: np.ndarray, rng: np.random.Generator, side: int, plain: bool) -> Sitter:
    image, points = stored["image"], stored["points"]
    full = image.shape[0]
    scale, angle, dx, dy = side / full, 0.0, 0.0, 0.0
    if not plain:
        scale *= rng.uniform(0.95, 1.2)
        angle = rng.normal(0, 4)
        dx, dy = rng.uniform(-5, 5, 2)
        if rng.random() < 0.5:
            image, points = image[:, ::-1], (full - 1, 0) + points * (-1, 1)
    turn = cv2.getRotationMatrix2D((full / 2, full / 2), angle, scale)
    turn[:, 2] += side / 2 - full / 2 + np.array([dx, dy])
    out = cv2.warpAffine(np.ascontiguousarray(image), turn, (side, side), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    out = out.astype(np.float32) / 255
    return Sitter(out[..., :3], out[..., 3], out[..., 4], points @ turn[:, :2].T + turn[:, 2])


def _light(photo: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Other cameras and rooms: gamma, white balance, sometimes a grey photo, sometimes side light."""
    photo = photo ** float(np.exp(rng.normal(0, 0.2)))
    photo = photo * (1 + rng.normal(0, 0.04, 3).astype(np.float32))
    if rng.random() < 0.12:
        photo = np.repeat(photo.mean(2, keepdims=True), 3, axis=2)
    if rng.random() < 0.25:
        side = photo.shape[0]
        x = np.linspace(-1, 1, side, dtype=np.float32)[None, :, None]
        photo = photo * (1 + rng.uniform(-0.3, 0.3) * x)
    return np.clip(photo, 0, 1).astype(np.float32)
