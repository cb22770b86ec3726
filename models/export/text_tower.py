"""The checkpoint's text encoder must be its CLIP's text tower: PEZ scores by CLIP the very texts that the encoder will read."""

import torch

from .checkpoint import Checkpoint
from .failure import ExportError


def check_text_tower(checkpoint: Checkpoint) -> None:
    """Raises an ExportError naming both. Weights may differ by the rounding of the coarser of the types they are stored in."""
    encoder = checkpoint.text_encoder("auto").state_dict()
    tower = checkpoint.clip("auto").text_model.state_dict()
    if difference := _difference(encoder, tower):
        raise ExportError(
            f"the text encoder of {checkpoint.source} to be the text tower of the CLIP {checkpoint.clip_name}",
            difference,
            "Pass the CLIP that the checkpoint was trained with by --clip.",
        )


def _difference(encoder: dict[str, torch.Tensor], tower: dict[str, torch.Tensor]) -> str | None:
    if encoder.keys() != tower.keys():
        return f"only one of them has {sorted(encoder.keys() ^ tower.keys())[0]}"
    for name, ours in encoder.items():
        theirs = tower[name]
        if ours.shape != theirs.shape:
            return f"{name} has the shape {list(ours.shape)} in the one, {list(theirs.shape)} in the other"
        rounding = max(torch.finfo(ours.dtype).eps, torch.finfo(theirs.dtype).eps)
        if not torch.allclose(ours.float(), theirs.float(), rtol=rounding, atol=torch.finfo(torch.float16).smallest_normal * rounding):
            return f"{name} differs by up to {(ours.float() - theirs.float()).abs().max():.3g}"
    return None
