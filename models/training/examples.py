"""Endless rendered examples, made beside the training by worker processes."""

import os
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path

import cv2
import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from .styles import Rendering, Sitter, drawn, photographed
from .styles.grammar import caption, instruction, messy

BLENDED, MESSY = 0.25, 0.25
HELD = 32  # batches: the last examples, which each batch is drawn from
Encode = Callable[[dict], dict[str, torch.Tensor]]


class Examples(IterableDataset):
    """Yields photo and drawing ([3, side, side] uint8), caption and instruction.

    `blend`: every fourth drawing is two drawings of the photo laid over one another, `share` of the first (`instruction`) and
    the rest of the second (`second`); every fourth instruction is messy. So what lies between and beside the texts means
    something, too: that is where learned instructions are. With it come `model` and `sample`: another photo, and its drawing in the
    same manner, all parameters alike, and `telling`, where the face is told.
    """

    def __init__(self, photos: Path, seed: int, side: int, blend: bool):
        self.photos, self.seed, self.side, self.blend = photos, seed, side, blend

    def __iter__(self):
        cv2.setNumThreads(1)
        worker = get_worker_info()
        rng = np.random.default_rng((self.seed, worker.id if worker else 0))
        photos = np.load(self.photos, mmap_mode="r")
        while True:
            place = lambda: photographed(photos[rng.integers(len(photos))], rng, self.side)
            sitter, model = place(), place() if self.blend else None
            first, sample = _alike(sitter, model, rng)
            example = {"photo": _pixels(first.photo), "caption": caption(rng, first), "instruction": instruction(rng, first)}
            drawing = first.drawing
            if self.blend:
                share, text = 1.0, example["instruction"]
                if rng.random() < BLENDED:
                    second, again = _alike(sitter, model, rng)
                    share, text = rng.uniform(0.2, 0.8), instruction(rng, second)
                    drawing, sample = (share * one + (1 - share) * two for one, two in ((drawing, second.drawing), (sample, again)))
                elif rng.random() < MESSY:
                    example["instruction"] = messy(rng, text, other=instruction(rng, drawn(sitter, rng, "tinted")))
                example |= {"telling": sitter.telling(self.side // 4), "share": np.float32(share), "second": text, "model": _pixels(model.photo), "sample": _pixels(sample)}
            yield example | {"drawing": _pixels(drawing)}


def _alike(sitter: Sitter, model: Sitter | None, rng: np.random.Generator) -> tuple[Rendering, np.ndarray | None]:
    """A drawing of a sitter, and of another by the same draws of the generator: so with the same parameters."""
    again = deepcopy(rng)
    return drawn(sitter, rng), model and drawn(model, again).drawing


class _Recent:
    """The last `room` examples, a tensor a field, drawn from at random."""

    def __init__(self, room: int):
        self.room, self.count, self.fields = room, 0, {}

    def add(self, examples: dict[str, torch.Tensor]) -> None:
        for name, rows in examples.items():
            if name not in self.fields:
                self.fields[name] = rows.new_empty(self.room, *rows.shape[1:])
            places = (self.count + torch.arange(len(rows), device=rows.device)) % self.room
            self.fields[name][places] = rows
        self.count += len(rows)

    def draw(self, size: int, rng: np.random.Generator) -> dict[str, torch.Tensor]:
        chosen = torch.from_numpy(rng.choice(min(self.count, self.room), size, replace=False))
        return {name: rows[chosen.to(rows.device)] for name, rows in self.fields.items()}


def batches(
    photos: Path, seed: int, size: int, encode: Encode, blend: bool = False, side: int = 128, echo: int = 4
) -> Iterator[dict[str, torch.Tensor]]:
    """Batches of `size`. Rendering costs more than a step, so each example is drawn about `echo` times from the last ones (data
    echoing, Choi et al., 2019). `encode`: what to keep of a batch of fresh ones, tensors of a row an example."""
    workers = max(1, (os.cpu_count() or 1) - 1)
    loader = iter(DataLoader(Examples(photos, seed, side, blend), batch_size=size // echo, num_workers=workers, prefetch_factor=8))
    recent, rng = _Recent(HELD * size), np.random.default_rng(seed)
    while True:
        recent.add(encode(next(loader)))
        if recent.count >= 2 * size:
            yield recent.draw(size, rng)


def signed(pixels: torch.Tensor) -> torch.Tensor:
    """uint8 -> [-1, 1]"""
    return pixels.float() / 127.5 - 1


def _pixels(image: np.ndarray) -> torch.Tensor:
    return torch.from_numpy((np.clip(image, 0, 1) * 255).round().astype(np.uint8).transpose(2, 0, 1))
