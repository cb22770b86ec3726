"""Makes this folder's pictures from two packages of PyPI: crops of public-domain photos, and our own drawing of one of them.

    python -m examples.demo.make        from the repository's root; needs numpy and opencv-python-headless

The drawing imitates red chalk, sanguine, on cream paper: soft shading, contours of several passes, white where light falls on the
face, and nothing of the background. No family of models/training/styles draws so.
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
# BGR
CREAM, SANGUINE, WHITE = (np.array(colour, np.float32) / 255 for colour in ((192, 222, 238), (38, 58, 150), (244, 252, 255)))
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


def sanguine(photo: np.ndarray) -> np.ndarray:
    rng = np.random.default_rng(2)
    tone = blurred(cv2.cvtColor(photo, cv2.COLOR_BGR2GRAY).astype(np.float32) / 255, 1.6)
    low, high = np.quantile(tone, (0.02, 0.98))
    tone = np.clip((tone - low) / (high - low), 0, 1)
    figure, face = sitter()
    grain = 0.75 + 0.25 * np.clip(0.5 + 0.5 * noise(rng, 0.9), 0, 1)
    shade = np.clip(1.1 * ((1 - tone) * figure - 0.25), 0, 0.75)
    chalk = 0.65 * shade * grain + 0.9 * contours(tone, figure, rng) * grain
    lights = np.clip(3 * (tone - 0.72), 0, 1) * face * grain
    paper = CREAM * (1 + 0.012 * noise(rng, 1.2))[..., None]
    drawn = laid(laid(paper, SANGUINE, np.clip(chalk, 0, 0.95)), WHITE, 0.75 * lights)
    return (np.clip(drawn, 0, 1) * 255).round().astype(np.uint8)


def sitter() -> tuple[np.ndarray, np.ndarray]:
    """Where head and shoulders are, and where the face is: the background is left as paper."""
    figure, face = (np.zeros((SIDE, SIDE), np.float32) for _ in range(2))
    centre = (int(SIDE * 0.49), int(SIDE * 0.50))
    cv2.ellipse(figure, centre, (int(SIDE * 0.36), int(SIDE * 0.47)), 0, 0, 360, 1.0, -1)
    cv2.rectangle(figure, (int(SIDE * 0.2), int(SIDE * 0.85)), (int(SIDE * 0.9), SIDE), 1.0, -1)
    cv2.ellipse(face, centre, (int(SIDE * 0.2), int(SIDE * 0.3)), 0, 0, 360, 1.0, -1)
    return blurred(figure, 6), blurred(face, 8)


def contours(tone: np.ndarray, figure: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Broad lines by a difference of Gaussians, in three passes that do not quite meet."""
    edges = np.clip(12 * (blurred(tone, 3.2) - blurred(tone, 1.8)) - 0.09, 0, 1) * figure
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    passes = [
        cv2.remap(edges, x + astray * noise(rng, 10), y + astray * noise(rng, 10), cv2.INTER_LINEAR) for astray in (0.5, 1.6, 2.2)
    ]
    return np.clip(0.5 * sum(passes), 0, 1)


def laid(ground: np.ndarray, colour: np.ndarray, amount: np.ndarray) -> np.ndarray:
    return ground * (1 - amount[..., None]) + colour * amount[..., None]


def blurred(picture: np.ndarray, sigma: float) -> np.ndarray:
    return cv2.GaussianBlur(picture, (0, 0), sigma)


def noise(rng: np.random.Generator, sigma: float) -> np.ndarray:
    """Of grains as wide as `sigma`, standard deviation 1."""
    grains = blurred(rng.standard_normal((SIDE, SIDE)).astype(np.float32), sigma)
    return grains / grains.std()


def main() -> None:
    for folder in ("pair", "photos"):
        (HERE / folder).mkdir(exist_ok=True)
    photo = crop(PAIR)
    cv2.imwrite(str(HERE / "pair" / "photo.png"), photo)
    cv2.imwrite(str(HERE / "pair" / "sketch.png"), sanguine(photo))
    for name, source in PHOTOS.items():
        cv2.imwrite(str(HERE / "photos" / name), crop(source))


if __name__ == "__main__":
    main()
