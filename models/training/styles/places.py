"""Other places behind a portrait: the training photos mostly stand before plain walls, other people's do not."""

import cv2
import numpy as np

from .filters import blur


def elsewhere(photo: np.ndarray, mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The photo ([side, side, 3] float32) with a made-up, more or less blurred place behind the figure ([side, side, 1])."""
    place = np.clip(_surfaces(rng, photo.shape[0]), 0, 1)
    if rng.random() < 0.7:
        place = blur(place, rng.uniform(0.6, 5))
    soft = blur(mask[..., 0], 0.8)[..., None]
    return soft * photo + (1 - soft) * place


def _surfaces(rng: np.random.Generator, side: int) -> np.ndarray:
    """Uneven colour, then posters, pillars and lamps: rectangles, bars and discs."""
    base = rng.uniform(0.05, 0.95, 3).astype(np.float32)
    coarse = int(rng.integers(3, 12))
    shades = cv2.resize(rng.standard_normal((coarse, coarse, 3), dtype=np.float32), (side, side), interpolation=cv2.INTER_CUBIC)
    place = np.ascontiguousarray(base + rng.uniform(0, 0.25) * shades, np.float32)
    for _ in range(rng.integers(0, 14)):
        colour = tuple(float(c) for c in rng.uniform(0, 1, 3))
        x, y = (int(v) for v in rng.integers(0, side, 2))
        wide, high = (int(v) for v in rng.integers(3, side // 2, 2))
        kind = rng.integers(3)
        if kind == 0:
            cv2.rectangle(place, (x, y), (x + wide, y + high), colour, -1)
        elif kind == 1:
            cv2.line(place, (x, y), tuple(int(v) for v in rng.integers(0, side, 2)), colour, int(rng.integers(1, 7)), cv2.LINE_AA)
        else:
            cv2.circle(place, (x, y), wide // 4 + 1, colour, -1, cv2.LINE_AA)
    return place
