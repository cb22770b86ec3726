"""Metrics that no package has, worked out slowly and straight from their definitions."""

from collections import Counter
from fractions import Fraction

import numpy as np
from scipy.signal import convolve2d
from scipy.stats import wasserstein_distance

NEIGHBOURS = [(0, 1), (-1, 1), (-1, 0), (-1, -1)]


def scoot(prediction: np.ndarray, truth: np.ndarray) -> float:
    """Fan et al., ICCV 2019, with MATLAB's graycomatrix(NumLevels=6) and graycoprops; in exact fractions up to the root."""
    a, b = scoot_vector(prediction), scoot_vector(truth)
    assert len(a) == len(b) == 32
    return 1 / (1 + float(sum((x - y) ** 2 for x, y in zip(a, b))) ** 0.5)


def scoot_vector(picture: np.ndarray) -> list[Fraction]:
    vector = []
    for band in cut(picture, 0):
        for block in cut(band, 1):
            vector += block_texture(block)
    return vector


def cut(picture: np.ndarray, axis: int) -> list[np.ndarray]:
    ends = [picture.shape[axis] * i // 4 for i in range(5)]
    return [picture.take(range(start, end), axis) for start, end in zip(ends, ends[1:])]


def block_texture(block: np.ndarray) -> list[Fraction]:
    rows, columns = block.shape
    level = lambda row, column: min(6, int(block[row, column]) * 6 // 255 + 1)
    pairs = Counter()
    for row in range(rows):
        for column in range(columns):
            for down, across in NEIGHBOURS:
                if 0 <= row + down < rows and 0 <= column + across < columns:
                    pairs[level(row, column), level(row + down, column + across)] += 1
    # MATLAB rounds halves up.
    matrix = {pair: (count + 2) // 4 for pair, count in pairs.items()}
    total = sum(matrix.values())
    if total == 0:
        return [Fraction(0), Fraction(0)]
    contrast = sum(Fraction(count, total) * (i - j) ** 2 for (i, j), count in matrix.items())
    energy = sum(Fraction(count, total) ** 2 for count in matrix.values())
    return [contrast, energy]


def strokes(pictures: list[np.ndarray]) -> tuple[float, np.ndarray]:
    """Mean Sobel gradient magnitude, and its histogram in 32 bins whose bounds grow with the square up to the root of 1/2."""
    kernel = np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]]) / 8
    means, histograms = [], []
    for picture in pictures:
        grey = picture.astype(np.float64) / 255
        magnitude = np.hypot(convolve2d(grey, kernel, "valid"), convolve2d(grey, kernel.T, "valid"))
        counts, _ = np.histogram(magnitude, stroke_bounds())
        means.append(magnitude.mean())
        histograms.append(counts / magnitude.size)
    return float(np.mean(means)), np.mean(histograms, 0)


def stroke_bounds() -> np.ndarray:
    return np.sqrt(0.5) * (np.arange(33) / 32) ** 2


def stroke_distance(a: np.ndarray, b: np.ndarray) -> float:
    centres = (stroke_bounds()[1:] + stroke_bounds()[:-1]) / 2
    return float(wasserstein_distance(centres, centres, a, b))
