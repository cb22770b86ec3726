"""How much is drawn where, whatever the lines' exact places."""

import torch
import torch.nn.functional as F

SMALLEST = 1e-4  # the root's slope is infinite at 0


def energies(image: torch.Tensor) -> torch.Tensor:
    """Pictures [B, 3, H, W] -> [B, 6, n]: mean and root mean square of the changes of tone across four directions, and of the finest
    ones, in squares of 4 and 8 px, and of 8 px at half the size."""
    fine = image.mean(1, keepdim=True)
    found = []
    for tone, sizes in ((fine, (4, 8)), (F.avg_pool2d(fine, 2), (4,))):
        changes = _changes(tone)
        for size in sizes:
            found += [F.avg_pool2d(changes.abs(), size, size // 2), (F.avg_pool2d(changes**2, size, size // 2) + SMALLEST).sqrt()]
    return torch.cat([one.flatten(2) for one in found], 2)


def unlikeness(image: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """How far the energies are from the truth's, relative to those: hatching has ten times those of a line drawing. A scalar."""
    theirs = energies(truth)
    return ((energies(image) - theirs).abs().mean((1, 2)) / (0.1 + theirs.mean((1, 2)))).mean()


def _changes(tone: torch.Tensor) -> torch.Tensor:
    """[B, 1, H, W] -> [B, 6, H - 2, W - 2]"""
    middle, left, right = tone[..., 1:-1, 1:-1], tone[..., 1:-1, :-2], tone[..., 1:-1, 2:]
    above, below = tone[..., :-2, 1:-1], tone[..., 2:, 1:-1]
    across, down = right - left, below - above
    return torch.cat([across, down, (across + down) / 2**0.5, (across - down) / 2**0.5, 2 * (middle - left), 2 * (middle - above)], 1)
