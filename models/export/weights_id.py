"""What styles bind to: one sum over the source's weights, whatever type and format the bundle stores them in."""

import hashlib

import torch


class WeightsId:
    """SHA-256 over each part's tensors, sorted by name: a line of part, name and shape, then the float32 bytes, little-endian.

    Parts are added in alphabetical order: clip, manner where there is one, unet, vae. The text encoder is in clip already.
    """

    def __init__(self) -> None:
        self._sum = hashlib.sha256()

    def add(self, part: str, module: torch.nn.Module) -> None:
        for name, tensor in sorted(module.state_dict().items()):
            self._sum.update(f"{part}.{name} {list(tensor.shape)}\n".encode())
            self._sum.update(tensor.float().contiguous().numpy().astype("<f4", copy=False).tobytes())

    def hexdigest(self) -> str:
        return self._sum.hexdigest()
