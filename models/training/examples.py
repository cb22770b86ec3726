"""Endless rendered examples for the CLIP and UNet stages, made beside the training by worker processes."""

from pathlib import Path

import cv2
import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

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


def batches(photos: Path, seed: int, size: int, side: int = 128, workers: int = 1):
    return iter(DataLoader(Examples(photos, seed, side), batch_size=size, num_workers=workers, prefetch_factor=6))


def _pixels(image: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.clip(image, 0, 1).transpose(2, 0, 1).astype(np.float32) * 2 - 1)
