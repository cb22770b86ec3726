"""The noise of native/philox.cc in numpy, so that a PyTorch loop sees the same: Philox4x32-10 and Box-Muller."""

import numpy as np
import torch

MASK = np.uint64(0xFFFFFFFF)


def philox(counter: list[np.ndarray], seed: int) -> list[np.ndarray]:
    key = [np.uint64(seed & 0xFFFFFFFF), np.uint64(seed >> 32 & 0xFFFFFFFF)]
    for _ in range(10):
        a, b = np.uint64(0xD2511F53) * counter[0], np.uint64(0xCD9E8D57) * counter[2]
        counter = [(b >> np.uint64(32)) ^ counter[1] ^ key[0], b & MASK, (a >> np.uint64(32)) ^ counter[3] ^ key[1], a & MASK]
        key = [(key[0] + np.uint64(0x9E3779B9)) & MASK, (key[1] + np.uint64(0xBB67AE85)) & MASK]
    return counter


def normal(shape: tuple[int, ...], seed: int, items: list[int], draw: int) -> torch.Tensor:
    """[len(items), *shape] float32: row i is a pure function of (seed, items[i], draw)."""
    length = int(np.prod(shape))
    blocks = np.arange((length + 3) // 4, dtype=np.uint64)
    rows = []
    for item in items:
        same = lambda value: np.full_like(blocks, value)
        words = philox([blocks, same(draw & 0xFFFFFFFF), same(item & 0xFFFFFFFF), same(item >> 32 & 0xFFFFFFFF)], seed)
        unit = [(word.astype(np.float64) + 0.5) * 2.0**-32 for word in words]
        pairs = [(np.sqrt(-2 * np.log(unit[i])), 2 * np.pi * unit[i + 1]) for i in (0, 2)]
        values = np.stack([part for radius, angle in pairs for part in (radius * np.cos(angle), radius * np.sin(angle))], 1)
        rows.append(values.reshape(-1)[:length].astype(np.float32).reshape(shape))
    return torch.from_numpy(np.stack(rows))
