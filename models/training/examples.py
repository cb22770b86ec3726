"""Endless rendered examples for the CLIP and UNet stages, made beside the training by worker processes."""

from pathlib import Path

import cv2
import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset, default_collate, get_worker_info

from .styles import render
from .styles.grammar import PHOTO_CAPTIONS, caption, instruction


class Examples(IterableDataset):
    """Yields photo and drawing ([3, side, side] float32 in [-1, 1]), caption, instruction and the photo's caption."""

    def __init__(self, photos: Path, seed: int, side: int = 128):
        self.photos, self.seed, self.side = photos, seed, side

    def __iter__(self):
        cv2.setNumThreads(1)
        worker = get_worker_info()
        rng = np.random.default_rng((self.seed, worker.id if worker else 0))
        photos = np.load(self.photos, mmap_mode="r")
        while True:
            drawn = render(np.array(photos[rng.integers(len(photos))]), rng, self.side)
            yield {
                "photo": _pixels(drawn.photo),
                "drawing": _pixels(drawn.drawing),
                "caption": caption(rng, drawn),
                "instruction": instruction(rng, drawn),
                "photo_caption": PHOTO_CAPTIONS[rng.integers(len(PHOTO_CAPTIONS))],
            }


def batches(photos: Path, seed: int, size: int, side: int = 128, echo: int = 4, held: int = 512):
    """Batches of `size`. Rendering costs more than a step, so each example is drawn about `echo` times from the `held` last
    ones (data echoing, Choi et al., 2019)."""
    fresh = size // echo
    examples = iter(DataLoader(Examples(photos, seed, side), batch_size=None, num_workers=1, prefetch_factor=8 * fresh))
    recent = [next(examples) for _ in range(2 * size)]
    rng = np.random.default_rng(seed)
    while True:
        recent = [*recent, *(next(examples) for _ in range(fresh))][-held:]
        yield default_collate([recent[i] for i in rng.choice(len(recent), size, replace=False)])


def _pixels(image: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.clip(image, 0, 1).transpose(2, 0, 1).astype(np.float32) * 2 - 1)
