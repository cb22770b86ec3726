"""Stage `held`: photos that were never trained on, each with an instruction and what every family makes of it.

    python -m models.training.held --work WORK --first 200 --count 200 -o HELD

HELD/NNN/: photo.png; FAMILY.png, four renderings side by side, with any parameters, but those that the instruction says where the
family is the photo's own; again.png, one more of its own. HELD/instructions.json: a row a photo, families in turn.
bench/embedded/texts.mjs judges with it.
"""

import argparse
import json
from pathlib import Path

import cv2
import numpy as np

from .styles import NAMES, render
from .styles.grammar import instruction

RENDERINGS = 4


def alike(photo: np.ndarray, rng: np.random.Generator, family: str, count: int) -> list:
    """Renderings whose parameters are told by the same words; where words are rare, by any."""
    first = render(photo, rng, family=family, plain=True)
    found = [first]
    for _ in range(100 * count):
        if len(found) == count:
            break
        drawn = render(photo, rng, family=family, plain=True)
        if (drawn.words, drawn.nouns) == (first.words, first.nouns):
            found.append(drawn)
    return found + [first] * (count - len(found))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--first", type=int, default=0, help="of the photos held out: what was tuned on others is judged on these")
    parser.add_argument("--count", type=int, default=200, help="photos")
    parser.add_argument("-o", "--output", type=Path, required=True)
    options = parser.parse_args()
    stored = np.load(options.work / "photos-held.npy", mmap_mode="r")
    rng = np.random.default_rng(20261125)
    rows = []
    for index in range(options.first, options.first + options.count):
        photo, own = np.array(stored[index]), NAMES[index % len(NAMES)]
        folder = options.output / f"{index:03}"
        folder.mkdir(parents=True, exist_ok=True)
        *renderings, again = alike(photo, rng, own, RENDERINGS + 1)
        rows.append({"photo": folder.name, "family": own, "instruction": instruction(rng, again)})
        _write(folder / "photo.png", [again.photo])
        _write(folder / "again.png", [again.drawing])
        for family in NAMES:
            drawn = renderings if family == own else [render(photo, rng, family=family, plain=True) for _ in range(RENDERINGS)]
            _write(folder / f"{family}.png", [one.drawing for one in drawn])
    (options.output / "instructions.json").write_text(json.dumps(rows, indent=1))


def _write(path: Path, images: list[np.ndarray]) -> None:
    strip = (np.clip(np.hstack(images), 0, 1) * 255).round().astype(np.uint8)
    cv2.imwrite(str(path), cv2.cvtColor(strip, cv2.COLOR_RGB2BGR))


if __name__ == "__main__":
    main()
