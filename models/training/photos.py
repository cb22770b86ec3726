"""Stage `photos`: face photos into one array, each with masks of the person and of the hair, and with where its features are.

    python -m models.training.photos --photos DIR --work DIR          with mediapipe 0.10.14
"""

import argparse
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from .landmarks import POINTS, curves

STORED = 144  # px; a little more than the model draws, so that shifts and turns need no border
# RGB, the person's mask and the hair's; the points in px.
SITTER = np.dtype([("image", np.uint8, (STORED, STORED, 5)), ("points", np.float32, (len(POINTS), 2))])
APART = 16  # CIELAB of 8 bits: hair that is no further from the skin is taken for a bald head


@cache
def _finders():
    from mediapipe.python.solutions import face_mesh, selfie_segmentation

    mesh = face_mesh.FaceMesh(static_image_mode=True, max_num_faces=1, refine_landmarks=True, min_detection_confidence=0.3)
    return mesh, selfie_segmentation.SelfieSegmentation(model_selection=0)


def read(path: Path) -> np.ndarray | None:
    """One SITTER; none where no face is found."""
    cv2.setNumThreads(1)
    mesh, segmentation = _finders()
    photo = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
    faces = mesh.process(photo).multi_face_landmarks
    if not faces:
        return None
    person = (255 * np.clip(segmentation.process(photo).segmentation_mask, 0, 1)).astype(np.uint8)
    photo, person = (cv2.resize(image, (STORED, STORED), interpolation=cv2.INTER_AREA) for image in (photo, person))
    sitter = np.zeros((), SITTER)
    sitter["points"] = STORED * np.array([(point.x, point.y) for point in faces[0].landmark], np.float32)[POINTS]
    sitter["image"] = np.dstack([photo, person, hair(photo, person, sitter["points"])])
    return sitter


def hair(photo: np.ndarray, person: np.ndarray, points: np.ndarray) -> np.ndarray:
    """uint8 0 or 255: by GrabCut above the chin, told hair from above the forehead and skin from the face's middle; below the chin
    what has its colour. Nothing on a bald head."""
    side, curve = photo.shape[0], curves(points)
    oval = np.concatenate([curve["jaw"], curve["forehead"]]).astype(np.int32)
    face = cv2.fillPoly(np.zeros((side, side), np.uint8), [oval], 255)
    middle = cv2.erode(face, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (19, 19))) > 0
    (left, top), (right, chin) = oval.min(0), oval.max(0)
    width, height = right - left, chin - top
    y, x = np.mgrid[:side, :side]
    person = person > 127
    head = person & (y < chin)
    neck = (y > chin - 0.25 * height) & (x > left + 0.35 * width) & (x < right - 0.35 * width)
    nothing = np.zeros((side, side), np.uint8)
    if not middle.any():
        return nothing

    kinds = np.full((side, side), cv2.GC_BGD, np.uint8)
    kinds[head] = cv2.GC_PR_FGD
    kinds[head & (y < top - 0.14 * height) & (x > left) & (x < right)] = cv2.GC_FGD
    kinds[middle | neck] = cv2.GC_BGD
    if np.isin(kinds, (cv2.GC_FGD, cv2.GC_PR_FGD)).sum() < 50:
        return nothing
    # What is behind has no say in the colours.
    shown = np.where(head[..., None], photo, photo[middle].mean(0)).astype(np.uint8)
    cv2.setRNGSeed(0)
    cv2.grabCut(shown, kinds, None, np.zeros((1, 65)), np.zeros((1, 65)), 3, cv2.GC_INIT_WITH_MASK)
    found = np.isin(kinds, (cv2.GC_FGD, cv2.GC_PR_FGD)) & head
    if found.sum() < 50:
        return nothing

    lab = cv2.cvtColor(photo, cv2.COLOR_RGB2LAB).astype(np.float32)
    tone, skin = np.median(lab[found], 0), np.median(lab[middle], 0)
    if np.linalg.norm(tone - skin) < APART:
        return nothing
    far, near = np.linalg.norm(lab - tone, axis=2), np.linalg.norm(lab - skin, axis=2)
    found &= far < near
    found |= person & (y >= chin) & (y < chin + 0.9 * height) & ~neck & (far < 2 * np.median(far[found]) + 4)
    return _hanging_together(found, chin - 0.3 * height)


def _hanging_together(found: np.ndarray, reach: float) -> np.ndarray:
    """Without specks, and without clothes of the hair's colour: parts that begin below `reach`."""
    tidy = cv2.morphologyEx(found.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    _, parts, facts, _ = cv2.connectedComponentsWithStats(tidy)
    kept = [part for part, (_, top, _, _, area) in enumerate(facts) if part and area > 80 and top < reach]
    return cv2.morphologyEx(255 * np.isin(parts, kept).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, required=True, help="folder of square face photos")
    parser.add_argument("--work", type=Path, required=True, help="folder of this training")
    options = parser.parse_args()
    paths = sorted(options.photos.glob("*.jpg"))
    with ProcessPoolExecutor() as pool:
        found = list(pool.map(read, paths, chunksize=32))
    # A fixed tenth is never trained on: the last of a seeded shuffle.
    order = np.random.default_rng(0).permutation(len(paths))
    held = len(paths) // 10
    options.work.mkdir(parents=True, exist_ok=True)
    for name, part in (("photos", order[:-held]), ("photos-held", order[-held:])):
        sitters = np.stack([found[index] for index in part if found[index] is not None])
        np.save(options.work / f"{name}.npy", sitters)
        print(f"{name}: {len(sitters)}, without a face {len(part) - len(sitters)}")


if __name__ == "__main__":
    main()
