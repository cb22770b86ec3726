"""Similarities as OpenCV and scikit-image estimate them, and a picture as PyTorch warps it: test/fixtures/align.json.

    python -m test.peer.align        from the repository's root; needs numpy, opencv-python-headless, scikit-image, torch

cases: five points, where they were taken with some noise, scikit-image's [a, b, tx, ty] of the least squares; where no point
is an outlier, OpenCV's estimateAffinePartial2D of the same points too. warp: a grey picture, the similarity, and what
grid_sample makes of it, bicubic with edges repeated, pixels' middles at 0.5 (align_corners=False).
"""

import json
from pathlib import Path

import cv2
import numpy as np
import torch
from skimage.transform import SimilarityTransform

TARGET = Path("test/fixtures/align.json")
FACE = np.array([[70, 95], [138, 96], [105, 128], [83, 150], [129, 149]], np.float64)


def case(rng: np.random.Generator) -> dict:
    scale, angle = rng.uniform(0.3, 3), rng.uniform(-np.pi, np.pi)
    a, b = scale * np.cos(angle), scale * np.sin(angle)
    start = FACE + rng.normal(0, 3, FACE.shape)
    end = start @ np.array([[a, b], [-b, a]]) + rng.uniform(-200, 200, 2) + rng.normal(0, 2, FACE.shape)
    (sa, _, stx), (sb, _, sty), _ = SimilarityTransform.from_estimate(start, end).params
    found, _ = cv2.estimateAffinePartial2D(start, end, method=cv2.RANSAC, ransacReprojThreshold=1000, refineIters=100)
    (ca, _, ctx), (cb, _, cty) = found
    return {
        "from": start.tolist(),
        "to": end.tolist(),
        "skimage": [sa, sb, stx, sty],
        "opencv": [ca, cb, ctx, cty],
    }


def warp(rng: np.random.Generator) -> dict:
    width, height = 40, 30
    picture = cv2.GaussianBlur(rng.uniform(-1, 1, (height, width)).astype(np.float32), (0, 0), 1.0)
    a, b, tx, ty = 1.3, 0.4, -9.5, -14.25
    size = (36, 28)
    x, y = np.meshgrid(np.arange(size[0]) + 0.5 - tx, np.arange(size[1]) + 0.5 - ty)
    square = a * a + b * b
    u, v = (a * x + b * y) / square, (a * y - b * x) / square
    grid = torch.tensor(np.stack([2 * u / width - 1, 2 * v / height - 1], -1))[None]
    warped = torch.nn.functional.grid_sample(
        torch.tensor(picture, dtype=torch.float64)[None, None], grid, mode="bicubic", padding_mode="border", align_corners=False
    )
    return {
        "width": width,
        "height": height,
        "picture": picture.ravel().round(6).tolist(),
        "move": [a, b, tx, ty],
        "size": size,
        "warped": warped.numpy().ravel().round(6).tolist(),
    }


def main() -> None:
    rng = np.random.default_rng(4)
    fixture = {"cases": [case(rng) for _ in range(8)], "warp": warp(rng)}
    TARGET.write_text(json.dumps(fixture) + "\n")


if __name__ == "__main__":
    main()
