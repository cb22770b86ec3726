"""Safetensors with the same bytes for the same content: the library writes metadata in a new order each time."""

import json
import os
from pathlib import Path

import torch
from safetensors.torch import save


def save_tensors(path: Path, tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> None:
    """Written whole or not at all. Tensors may share memory."""
    packed = save({name: tensor.clone(memory_format=torch.contiguous_format) for name, tensor in tensors.items()}, metadata)
    end = 8 + int.from_bytes(packed[:8], "little")
    header = json.loads(packed[8:end])
    header["__metadata__"] = dict(sorted(metadata.items()))
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(len(text).to_bytes(8, "little") + text + packed[end:])
    os.replace(partial, path)
