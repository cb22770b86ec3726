"""A picture of the style families, to look at: one row a family, one column a photo.

    python -m models.training.sheet --work DIR -o sheet.png
"""

import argparse
from pathlib import Path

import cv2
import numpy as np

from .styles import NAMES, render
from .styles.grammar import instruction


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("-o", "--output", type=Path, required=True)
    options = parser.parse_args()
    photos = np.load(options.work / "photos-held.npy", mmap_mode="r")
    rng = np.random.default_rng(1)
    rows = []
    for name in NAMES:
        drawn = [render(photos[i], rng, family=name) for i in range(6)]
        rows.append(np.hstack([image for one in drawn for image in (one.photo, one.drawing)]))
        print(f"{name}: {instruction(rng, drawn[0])}")
    sheet = (np.clip(np.vstack(rows), 0, 1) * 255).astype(np.uint8)
    cv2.imwrite(str(options.output), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))


if __name__ == "__main__":
    main()
