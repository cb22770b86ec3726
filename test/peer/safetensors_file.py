"""Writes test/fixtures/python.safetensors: every dtype silverpoint reads, by the reference implementation.

    python -m test.peer.safetensors_file
"""

from pathlib import Path

import torch
from safetensors.torch import save_file

TARGET = Path("test/fixtures/python.safetensors")


def main() -> None:
    tensors = {
        "double": torch.tensor([1.5, -2.0], dtype=torch.float64),
        "single": torch.arange(6, dtype=torch.float32).reshape(2, 3) / 4,
        "half": torch.tensor([0.5, 65504.0], dtype=torch.float16),
        "brain": torch.tensor([[1.0], [-3.0]], dtype=torch.bfloat16),
        "whole": torch.tensor([2**62, -1], dtype=torch.int64),
        "bytes": torch.tensor([0, 127, 255], dtype=torch.uint8),
        "truth": torch.tensor([True, False]),
        "scalar": torch.tensor(3.25),
        "empty": torch.zeros(0, 4),
        'name "quoted" é': torch.tensor([7.0]),
    }
    save_file(tensors, TARGET, metadata={"made by": "safetensors of Python, é\n"})
    print(f"{TARGET}: {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
