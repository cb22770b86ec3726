"""Makes this folder's pictures from two packages of PyPI: crops of public-domain photos, and our own drawing of one of them.

    python -m examples.demo.make        from the repository's root; needs numpy and opencv-python-headless

The drawing imitates a left hand's pencil: fine strokes slanting one way, laid denser where it is darker, and contours of several
passes, in soft graphite on white paper. No family of models/training/styles draws so.
"""

import io
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

import cv2
import numpy as np

HERE = Path(__file__).parent
SIDE = 256
# (package, file inside it, left, top, side)
PAIR = ("scikit-image==0.25.2", "skimage/data/astronaut.png", 122, 2, 204)
PHOTOS = {
    "obama-2012.png": ("face_recognition==1.3.0", "tests/test_images/obama.jpg", 262, 20, 470),
    "obama-speaking.png": ("face_recognition==1.3.0", "tests/test_images/obama2.jpg", 60, 110, 560),
    "obama-2010.png": ("face_recognition==1.3.0", "tests/test_images/obama3.jpg", 470, 150, 560),
    "biden-2009.png": ("face_recognition==1.3.0", "tests/test_images/biden.jpg", 238, 60, 640),
}


def fetch(package: str, inside: str) -> np.ndarray:
    """A picture out of a package, [H, W, 3] uint8 BGR."""
    with tempfile.TemporaryDirectory() as folder:
        kind = "--no-binary=:all:" if package.startswith("face") else "--only-binary=:all:"
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", kind, package, "-d", folder], check=True)
        archive = next(Path(folder).iterdir())
        if archive.suffix == ".whl":
            data = zipfile.ZipFile(archive).read(inside)
        else:
            with tarfile.open(archive) as tar:
                data = tar.extractfile(next(m for m in tar if m.name.endswith(inside))).read()
    return cv2.imdecode(np.frombuffer(io.BytesIO(data).read(), np.uint8), cv2.IMREAD_COLOR)


def crop(source: tuple[str, str, int, int, int]) -> np.ndarray:
    package, inside, left, top, side = source
    picture = fetch(package, inside)[top : top + side, left : left + side]
    return cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA if side > SIDE else cv2.INTER_CUBIC)


def pencil(photo: np.ndarray) -> np.ndarray:
    rng = np.random.default_rng(1)
    tone = cv2.GaussianBlur(cv2.cvtColor(photo, cv2.COLOR_BGR2GRAY).astype(np.float32) / 255, (0, 0), 1.2)
    low, high = np.quantile(tone, (0.02, 0.98))
    dark = 1 - np.clip((tone - low) / (high - low), 0, 1)
    # Light falls from the upper left, and the background is left as paper.
    head = np.zeros_like(dark)
    cv2.ellipse(head, (int(SIDE * 0.49), int(SIDE * 0.50)), (int(SIDE * 0.36), int(SIDE * 0.47)), 0, 0, 360, 1.0, -1)
    cv2.rectangle(head, (int(SIDE * 0.2), int(SIDE * 0.85)), (int(SIDE * 0.9), SIDE), 1.0, -1)
    dark *= cv2.GaussianBlur(head, (0, 0), 6)
    graphite = np.zeros_like(dark)
    hatch(graphite, dark, rng)
    contours(graphite, tone, head, rng)
    ground = 0.975 + 0.006 * cv2.GaussianBlur(rng.standard_normal(dark.shape).astype(np.float32), (0, 0), 1.5) * 4
    amount = np.clip(1.3 * cv2.GaussianBlur(graphite, (0, 0), 0.45), 0, 0.92)[..., None]
    drawn = ground[..., None] * (1 - amount) + amount * 0.15 * np.ones(3, np.float32)
    return (np.clip(drawn, 0, 1) * 255).round().astype(np.uint8)


def hatch(graphite: np.ndarray, dark: np.ndarray, rng: np.random.Generator) -> None:
    """Strokes from lower right to upper left, as a left hand lays them; three passes, each for darker parts only."""
    for limit, count in ((0.18, 5200), (0.42, 4200), (0.68, 3600)):
        for _ in range(count):
            x, y = rng.uniform(0, SIDE, 2)
            here = dark[int(y), int(x)]
            if here < limit or rng.random() > 0.35 + here:
                continue
            angle = np.deg2rad(-132 + rng.normal(0, 5))
            reach = rng.uniform(5, 15)
            end = (x + reach * np.cos(angle), y + reach * np.sin(angle))
            stroke = np.zeros_like(graphite)
            cv2.line(stroke, (int(x * 8), int(y * 8)), (int(end[0] * 8), int(end[1] * 8)), 1.0, 1, cv2.LINE_AA, 3)
            graphite += rng.uniform(0.10, 0.26) * stroke


def contours(graphite: np.ndarray, tone: np.ndarray, head: np.ndarray, rng: np.random.Generator) -> None:
    """Dark lines by a difference of Gaussians, in three passes that do not quite meet."""
    edges = np.clip(9 * (cv2.GaussianBlur(tone, (0, 0), 2.6) - cv2.GaussianBlur(tone, (0, 0), 1.3)) - 0.05, 0, 1) * head
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    for amount in (0.0, 1.0, 1.4):
        shift = [amount * 9 * cv2.GaussianBlur(rng.standard_normal(tone.shape).astype(np.float32), (0, 0), 9) for _ in range(2)]
        graphite += 0.4 * cv2.remap(edges, x + shift[0], y + shift[1], cv2.INTER_LINEAR)


def main() -> None:
    for folder in ("pair", "photos"):
        (HERE / folder).mkdir(exist_ok=True)
    photo = crop(PAIR)
    cv2.imwrite(str(HERE / "pair" / "photo.png"), photo)
    cv2.imwrite(str(HERE / "pair" / "sketch.png"), pencil(photo))
    for name, source in PHOTOS.items():
        cv2.imwrite(str(HERE / "photos" / name), crop(source))


if __name__ == "__main__":
    main()
