"""Pictures to measure metrics on: a drawn face as photo and as sketches, and patterns that any side can compute."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter


def photo(width: int, height: int, seed: int) -> np.ndarray:
    """[height, width, 3] uint8: shaded, blurred, a little noisy."""
    picture = Image.new("RGB", (width, height), (90, 120, 160))
    draw = ImageDraw.Draw(picture)
    draw.ellipse(box(width, height, 0.5, 0.5, 0.3, 0.4), fill=(224, 172, 140))
    draw.ellipse(box(width, height, 0.5, 0.2, 0.32, 0.17), fill=(60, 40, 30))
    for x in (0.38, 0.62):
        draw.ellipse(box(width, height, x, 0.45, 0.06, 0.03), fill=(250, 250, 250))
        draw.ellipse(box(width, height, x, 0.45, 0.025, 0.03), fill=(40, 70, 60))
    draw.ellipse(box(width, height, 0.5, 0.72, 0.11, 0.03), fill=(170, 60, 70))
    blurred = np.asarray(picture.filter(ImageFilter.GaussianBlur(min(width, height) / 60)), dtype=np.float64)
    noise = np.random.default_rng(seed).normal(0, 4, blurred.shape)
    return np.clip(np.rint(blurred + noise), 0, 255).astype(np.uint8)


def sketch(width: int, height: int, seed: int, strokes: int) -> np.ndarray:
    """[height, width] uint8: outlines and hatching in soft pencil on paper that stays plain white elsewhere."""
    random = np.random.default_rng(seed)
    picture = Image.new("L", (2 * width, 2 * height), 255)
    draw = ImageDraw.Draw(picture)
    for centre_x, centre_y, radius_x, radius_y in [(0.5, 0.5, 0.3, 0.4), (0.38, 0.45, 0.06, 0.03), (0.62, 0.45, 0.06, 0.03)]:
        shift_x, shift_y = random.normal(0, 0.006, 2)
        draw.ellipse(box(2 * width, 2 * height, centre_x + shift_x, centre_y + shift_y, radius_x, radius_y), outline=40, width=3)
    for _ in range(strokes):
        x, y = random.uniform(0.25, 0.7) * 2 * width, random.uniform(0.1, 0.75) * 2 * height
        length = random.uniform(0.05, 0.15) * 2 * width
        draw.line([x, y, x + length, y - length * random.uniform(0.6, 1.1)], fill=int(random.integers(60, 190)), width=2)
    return np.asarray(picture.resize((width, height), Image.Resampling.BOX))


def box(width, height, x, y, radius_x, radius_y):
    return [(x - radius_x) * width, (y - radius_y) * height, (x + radius_x) * width, (y + radius_y) * height]


def pattern(width: int, height: int, seed: int) -> np.ndarray:
    """[height, width] uint8: two triangle waves, in whole numbers."""
    y, x = np.mgrid[0:height, 0:width]
    wave = lambda u: np.abs(u % 510 - 255)
    return ((wave(3 * x + 2 * y + 40 * seed) + wave(x * y // 16 + 7 * seed * x)) // 2).astype(np.uint8)
