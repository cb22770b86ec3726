"""Stage `photos`: face photos into one array, with a mask of what is not background.

    python -m models.training.photos --photos DIR --work DIR
"""

import argparse
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import cv2
import numpy as np

STORED = 144  # px; a little more than the model draws, so that shifts and turns need no border


def foreground(photo: np.ndarray) -> np.ndarray:
    """Head, neck and shoulders of a roughly frontal portrait, uint8 0 or 255, by GrabCut from a generic outline."""
    side = photo.shape[0]
    mask = np.full((side, side), cv2.GC_PR_BGD, np.uint8)
    centre = (side // 2, int(side * 0.52))
    cv2.ellipse(mask, centre, (int(side * 0.36), int(side * 0.46)), 0, 0, 360, cv2.GC_PR_FGD, -1)
    cv2.rectangle(mask, (int(side * 0.15), int(side * 0.88)), (int(side * 0.85), side), cv2.GC_PR_FGD, -1)
    cv2.ellipse(mask, centre, (int(side * 0.22), int(side * 0.30)), 0, 0, 360, cv2.GC_FGD, -1)
    corner = int(side * 0.16)
    mask[:corner, :corner] = mask[:corner, -corner:] = cv2.GC_BGD
    mask[: int(side * 0.45), : int(side * 0.04)] = mask[: int(side * 0.45), -int(side * 0.04) :] = cv2.GC_BGD
    cv2.setRNGSeed(0)
    cv2.grabCut(photo, mask, None, np.zeros((1, 65)), np.zeros((1, 65)), 3, cv2.GC_INIT_WITH_MASK)
    found = np.where((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD), 255, 0).astype(np.uint8)
    return cv2.morphologyEx(found, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))


def read(path: Path) -> np.ndarray:
    """[144, 144, 4] uint8: RGB and the foreground."""
    cv2.setNumThreads(1)
    photo = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
    photo = cv2.resize(photo, (STORED, STORED), interpolation=cv2.INTER_AREA)
    return np.dstack([photo, foreground(photo)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, required=True, help="folder of square face photos")
    parser.add_argument("--work", type=Path, required=True, help="folder of this training")
    options = parser.parse_args()
    paths = sorted(options.photos.glob("*.jpg"))
    with ProcessPoolExecutor() as pool:
        photos = np.stack(list(pool.map(read, paths, chunksize=32)))
    # A fixed tenth is never trained on: the last of a seeded shuffle.
    order = np.random.default_rng(0).permutation(len(photos))
    held = len(photos) // 10
    options.work.mkdir(parents=True, exist_ok=True)
    np.save(options.work / "photos.npy", photos[order[:-held]])
    np.save(options.work / "photos-held.npy", photos[order[-held:]])
    print(f"{len(photos) - held} photos to train on, {held} held out")


if __name__ == "__main__":
    main()
