"""What the drawing families are made of. Images are float32 in [0, 1]; grey ones have no channel axis."""

import cv2
import numpy as np


def grey(photo: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)


def colour(tone: np.ndarray) -> np.ndarray:
    return np.repeat(tone[..., None], 3, axis=2)


def blur(image: np.ndarray, sigma: float) -> np.ndarray:
    return cv2.GaussianBlur(image.astype(np.float32), (0, 0), sigma, borderType=cv2.BORDER_REFLECT)


def dodge(tone: np.ndarray, sigma: float) -> np.ndarray:
    """Colour dodge of the tone by its own surroundings: below 1 only where it is darker than those."""
    return np.clip(tone / np.maximum(blur(tone, sigma), 0.05), 0, 1)


def levels(tone: np.ndarray) -> np.ndarray:
    """Stretched so that the darkest and lightest 2 % are black and white."""
    low, high = (float(q) for q in np.quantile(tone, (0.02, 0.98)))
    return np.clip((tone - low) / max(high - low, 0.1), 0, 1)


def smoothstep(value: np.ndarray, low: float, high: float) -> np.ndarray:
    x = np.clip((value - low) / (high - low), 0, 1)
    return x * x * (3 - 2 * x)


def noise(rng: np.random.Generator, side: int, sigma: float = 0) -> np.ndarray:
    """Unit-variance grain; `sigma` > 0 makes it coarser."""
    grain = rng.standard_normal((side, side), dtype=np.float32)
    if sigma > 0:
        grain = blur(grain, sigma)
        grain /= grain.std()
    return grain


def tangents(tone: np.ndarray, sigma: float = 2.5) -> np.ndarray:
    """Angle of the edges, smoothed: the edge tangent flow (Kang et al., 2007) by a structure tensor."""
    soft = blur(tone, 1)
    dx, dy = cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    xx, yy, xy = blur(dx * dx, sigma), blur(dy * dy, sigma), blur(dx * dy, sigma)
    return 0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2


def along(image: np.ndarray, angle: np.ndarray, reach: int) -> np.ndarray:
    """Mean along the direction field, `reach` px each way (line integral convolution)."""
    side = image.shape[0]
    y, x = np.mgrid[:side, :side].astype(np.float32)
    dx, dy = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)
    total = image.copy()
    for sign in (1, -1):
        px, py, vx, vy = x, y, sign * dx, sign * dy
        for _ in range(reach):
            px, py = px + vx, py + vy
            total += cv2.remap(image, px, py, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
            nx = cv2.remap(dx, px, py, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REFLECT)
            ny = cv2.remap(dy, px, py, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REFLECT)
            # A direction has no sign: keep going the way we came.
            turn = np.where(nx * vx + ny * vy < 0, -1, 1).astype(np.float32)
            vx, vy = nx * turn, ny * turn
    return total / (2 * reach + 1)


def xdog(tone: np.ndarray, sigma: float, sharpness: float = 18, threshold: float = 0.78, steep: float = 9) -> np.ndarray:
    """Extended difference of Gaussians (Winnemoeller et al., 2012): 1 is paper, 0 is line."""
    edges = (1 + sharpness) * blur(tone, sigma) - sharpness * blur(tone, 1.6 * sigma)
    return np.where(edges >= threshold, 1, 1 + np.tanh(steep * (edges - threshold))).astype(np.float32)


def evened(edges: np.ndarray, strength: float) -> np.ndarray:
    """Edges brought near one local strength, as artists draw the eyes of a face in the dark like any other's; what is far weaker than
    that stays weak, or skin would get pores."""
    return edges * strength / (np.sqrt(blur(edges * edges, 8)) + strength / 4)


def lines(tone: np.ndarray, width: float, gain: float) -> np.ndarray:
    """Dark lines only (no filled tone): 1 is paper."""
    edges = evened(blur(tone, 1.6 * width) - blur(tone, width), 0.02)
    return 1 - np.clip(gain * edges - 0.1, 0, 1)


def displaced(image: np.ndarray, rng: np.random.Generator, amount: float, coarse: float = 9) -> np.ndarray:
    """Shifted by a smooth random field of `amount` px: a hand's imprecision."""
    side = image.shape[0]
    y, x = np.mgrid[:side, :side].astype(np.float32)
    dx, dy = amount * noise(rng, side, coarse), amount * noise(rng, side, coarse)
    return cv2.remap(image, x + dx, y + dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)


def stripes(side: int, period: float, angle: float, phase: np.ndarray | float = 0) -> np.ndarray:
    """Sine gratings in [0, 1]."""
    y, x = np.mgrid[:side, :side].astype(np.float32)
    return 0.5 + 0.5 * np.sin(2 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / period + phase)
