"""Measures pictures and features with the packages of the field and keeps it in test/fixtures/metrics.{json,safetensors}.

    python -m test.peer.metrics        needs piq, torchmetrics, clean-fid, scikit-image and what exporting metrics needs

Tensors of the file:
  pictures/NAME: uint8, [height, width] or [height, width, 3]
  grey/photo, contrast/noisy: PIL's convert("L"), and its ImageEnhance.Contrast(...).enhance(1.5) of the grey picture
  resized/METHOD/NAME [23, 23, 3]: every 13th pixel of what the method hands to FID's network
  features/NAME [pictures, width]; strokes/NAME [32]
  lpips/...: see metrics_networks.py
The JSON has one number a metric and pair, "METRIC/PREDICTION/TRUTH"; KID of subsets also its deviation. "tiny/…": see metrics_tiny.py.
"""

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import piq
import torch
from cleanfid.fid import frechet_distance, kernel_distance
from cleanfid.resize import build_resizer
from PIL import Image, ImageEnhance
from safetensors.torch import save_file
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from torchmetrics.functional.image import multiscale_structural_similarity_index_measure as ms_ssim
from torchmetrics.image.fid import _compute_fid
from torchmetrics.image.kid import poly_mmd

from . import metrics_definitions as definitions
from .metrics_networks import lpips_tensors
from .metrics_pictures import pattern, photo, sketch
from .metrics_tiny import measure as measure_tiny
from .philox import philox

FOLDER = Path("test/fixtures")
SEED = 7
SUBSETS, SUBSET_SIZE = 5, 20


def pictures() -> dict[str, np.ndarray]:
    return {
        "photo": photo(48, 40, 1),
        "sketch": sketch(120, 100, 1, 60),
        "other": sketch(120, 100, 2, 90),
        "noisy": np.clip(sketch(120, 100, 1, 60) + np.random.default_rng(3).normal(0, 12, [100, 120]), 0, 255).astype(np.uint8),
        "odd": sketch(121, 99, 1, 60),
        "odder": sketch(121, 99, 4, 60),
        "large": sketch(177, 178, 5, 200),
        "larger": sketch(177, 178, 6, 150),
        "white": np.full([100, 120], 255, np.uint8),
    }


PAIRS = [("sketch", "other"), ("sketch", "noisy"), ("sketch", "white"), ("odd", "odder"), ("large", "larger"), ("sketch", "sketch")]


def measure_pairs(greys: dict[str, np.ndarray]) -> dict[str, float]:
    figures = {}
    for names in PAIRS:
        a, b = (greys[name] for name in names)
        settings = dict(gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255)
        measured = {"ssim": structural_similarity(a, b, **settings), "scoot": definitions.scoot(a, b)}
        # Of a picture of one grey piq compares rounding errors.
        if "white" not in names:
            measured["fsim"] = fsim(a, b)
        if names[0] != names[1]:
            measured["psnr"] = peak_signal_noise_ratio(a, b, data_range=255)
        if min(a.shape) >= 176:
            measured["ms-ssim"] = ms_ssim(tensor(a), tensor(b), data_range=255.0).item()
        figures |= {f"{metric}/{'/'.join(names)}": float(value) for metric, value in measured.items()}
    # Averaged down by 2, which an exact half is rounded to, and by 3.
    for side in (384, 700):
        figures[f"fsim/pattern-{side}"] = fsim(pattern(side + 7, side, 1), pattern(side + 7, side, 2))
    return figures


def tensor(grey: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(grey.astype(np.float64))[None, None]


def fsim(a: np.ndarray, b: np.ndarray) -> float:
    return piq.fsim(tensor(a), tensor(b), data_range=255, chromatic=False).item()


def resized(images: dict[str, np.ndarray]) -> dict[str, torch.Tensor]:
    tensors = {}
    for name, image in images.items():
        clean = (build_resizer("clean")(image) - 128) / 128
        pixels = torch.from_numpy(image).permute(2, 0, 1)[None] / 255
        legacy = 2 * torch.nn.functional.interpolate(pixels, size=(299, 299), mode="bilinear", align_corners=False)[0] - 1
        for method, values in (("clean-fid", torch.from_numpy(clean)), ("pytorch-fid", legacy.permute(1, 2, 0))):
            tensors[f"resized/{method}/{name}"] = values[::13, ::13].float().contiguous()
    return tensors


def features() -> dict[str, torch.Tensor]:
    """Correlated, not centred; `few` has fewer rows than columns."""
    generator = torch.Generator().manual_seed(0)
    mix = torch.randn([48, 48], generator=generator) / 7
    draw = lambda count, shift: (torch.randn([count, 48], generator=generator) @ mix + shift).relu()
    return {"features/truth": draw(90, 0.3), "features/prediction": draw(70, 0.5), "features/few": draw(30, 0.4)}


def measure_features(sets: dict[str, torch.Tensor]) -> dict[str, float]:
    figures = {}
    for one, other in combinations(("prediction", "few", "truth"), 2):
        a, b = sets[f"features/{one}"].double(), sets[f"features/{other}"].double()
        statistics = [a.mean(0), a.T.cov(), b.mean(0), b.T.cov()]
        figures[f"fid/torchmetrics/{one}/{other}"] = _compute_fid(*statistics).item()
        figures[f"fid/clean-fid/{one}/{other}"] = float(frechet_distance(*(value.numpy() for value in statistics)))
    whole = [sets["features/prediction"].double(), sets["features/truth"][:70].double()]
    figures["kid/torchmetrics/whole"] = poly_mmd(*whole).item()
    np.random.seed(0)  # the order in which clean-fid adds the rows
    figures["kid/clean-fid/whole"] = kernel_distance(*(value.numpy() for value in whole), num_subsets=1)
    a, b = sets["features/prediction"].double(), sets["features/truth"].double()
    subsets = [poly_mmd(a[choose(len(a), 2 * i)], b[choose(len(b), 2 * i + 1)]) for i in range(SUBSETS)]
    figures["kid/subsets/mean"] = torch.stack(subsets).mean().item()
    figures["kid/subsets/deviation"] = torch.stack(subsets).std(correction=0).item()
    return figures


def choose(count: int, item: int) -> torch.Tensor:
    """The first of 0 .. count - 1 in the order of silverpoint's uniform numbers (seed, item)."""
    blocks = np.arange((count + 3) // 4, dtype=np.uint64)
    zeros = np.zeros_like(blocks)
    words = np.stack(philox([blocks, zeros, zeros + np.uint64(item), zeros], ~SEED), 1).reshape(-1)[:count]
    return torch.from_numpy(np.argsort(words)[:SUBSET_SIZE].copy())


def main() -> None:
    images = pictures()
    tensors = {f"pictures/{name}": torch.from_numpy(image.copy()) for name, image in images.items()}
    tensors["grey/photo"] = torch.from_numpy(np.array(Image.fromarray(images["photo"]).convert("L")))
    greys = {name: image for name, image in images.items() if name != "photo"}
    tensors["contrast/noisy"] = torch.from_numpy(np.array(ImageEnhance.Contrast(Image.fromarray(greys["noisy"])).enhance(1.5)))
    three = np.stack([pattern(400, 350, seed) for seed in (1, 2, 3)], -1)
    tensors |= resized({"photo": images["photo"], "pattern": three})
    sets = features()
    figures = measure_pairs(greys) | measure_features(sets) | measure_tiny(greys)
    for name, group in (("sketches", ["sketch", "odd"]), ("others", ["other", "noisy", "white"])):
        figures[f"strokes/{name}"], histogram = definitions.strokes([greys[each] for each in group])
        tensors[f"strokes/{name}"] = torch.from_numpy(histogram)
    distance = definitions.stroke_distance(tensors["strokes/sketches"].numpy(), tensors["strokes/others"].numpy())
    figures["strokes/sketches/others"] = distance
    tensors |= sets | lpips_tensors()
    save_file(tensors, FOLDER / "metrics.safetensors")
    (FOLDER / "metrics.json").write_text(json.dumps(figures, indent=2) + "\n")
    print(f"{len(figures)} figures, {(FOLDER / 'metrics.safetensors').stat().st_size} bytes of tensors")


if __name__ == "__main__":
    main()
