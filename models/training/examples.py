"""Endless rendered examples for the CLIP and UNet stages, made beside the training by worker processes."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import cv2
import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset, default_collate, get_worker_info

from .styles import Rendering, drawn, photographed
from .styles.grammar import caption, instruction, messy

BLENDED, MESSY = 0.25, 0.25
Encode = Callable[[dict], dict]


class Examples(IterableDataset):
    """Yields photo and drawing ([3, side, side] float32 in [-1, 1]), caption and instruction.

    `blend`: every fourth drawing is two drawings of the photo laid over one another, `share` of the first (`instruction`) and
    the rest of the second (`second`); every fourth instruction is messy. So what lies between and beside the texts means
    something, too: that is where learned instructions are. With it come `model` and `sample`: another photo, and its drawing in the
    same manner, all parameters alike.
    """

    def __init__(self, photos: Path, seed: int, side: int, blend: bool):
        self.photos, self.seed, self.side, self.blend = photos, seed, side, blend

    def __iter__(self):
        cv2.setNumThreads(1)
        worker = get_worker_info()
        rng = np.random.default_rng((self.seed, worker.id if worker else 0))
        photos = np.load(self.photos, mmap_mode="r")
        while True:
            place = lambda: photographed(np.array(photos[rng.integers(len(photos))]), rng, self.side)
            (photo, mask), model = place(), place() if self.blend else None
            first, sample = _alike(photo, mask, model, rng)
            example = {"photo": _pixels(first.photo), "caption": caption(rng, first), "instruction": instruction(rng, first)}
            drawing = first.drawing
            if self.blend:
                share, text = 1.0, example["instruction"]
                if rng.random() < BLENDED:
                    second, again = _alike(photo, mask, model, rng)
                    share, text = rng.uniform(0.2, 0.8), instruction(rng, second)
                    drawing, sample = (share * one + (1 - share) * two for one, two in ((drawing, second.drawing), (sample, again)))
                elif rng.random() < MESSY:
                    example["instruction"] = messy(rng, text, other=instruction(rng, drawn(photo, mask, rng, "tinted")))
                example |= {"share": np.float32(share), "second": text, "model": _pixels(model[0]), "sample": _pixels(sample)}
            yield example | {"drawing": _pixels(drawing)}


def _alike(photo: np.ndarray, mask: np.ndarray, model: tuple | None, rng: np.random.Generator) -> tuple[Rendering, np.ndarray | None]:
    """A drawing of a photo, and of another by the same draws of the generator: so with the same parameters."""
    again = deepcopy(rng)
    return drawn(photo, mask, rng), model and drawn(*model, again).drawing


def batches(photos: Path, seed: int, size: int, blend: bool = False, side: int = 128, echo: int = 4, held: int = 512, encode: Encode = dict):
    """Batches of `size`. Rendering costs more than a step, so each example is drawn about `echo` times from the `held` last
    ones (data echoing, Choi et al., 2019). `encode`: what to keep of a batch of fresh ones; its pixels and texts as they are if not told."""
    loader = DataLoader(Examples(photos, seed, side, blend), batch_size=size // echo, num_workers=1, prefetch_factor=8)
    fresh = (row for batch in loader for row in _rows(encode(batch)))
    recent = [next(fresh) for _ in range(2 * size)]
    rng = np.random.default_rng(seed)
    while True:
        recent = [*recent, *(next(fresh) for _ in range(size // echo))][-held:]
        yield default_collate([recent[i] for i in rng.choice(len(recent), size, replace=False)])


def _rows(batch: dict) -> list[dict]:
    return [dict(zip(batch, row)) for row in zip(*batch.values())]


def _pixels(image: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.clip(image, 0, 1).transpose(2, 0, 1).astype(np.float32) * 2 - 1)
