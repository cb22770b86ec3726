"""Writes a checkpoint as a bundle: one network after the other, so that only the one being written need be in memory."""

from pathlib import Path
from typing import Any

import torch

from . import folder as bundle, manifest, roles
from .checkpoint import Checkpoint
from .failure import say
from .text_tower import check_text_tower
from .verify import CHECKED, TRACED, Shapes, example
from .weights_id import WeightsId


def export(
    checkpoint: Checkpoint, target: Path, name: str, weights: str, guidance: tuple[float, float], steps: int,
    compressed: bool = False,
) -> None:
    """Makes or replaces the bundle `target`, its networks stored in the floating type named by `weights`.

    `guidance`, `steps`: the text and image scales, and the sampler's steps, it is to be used with.
    `compressed`: the files are smaller, and take longer to read.
    """
    say(f"comparing the text encoder of {checkpoint.source} with the CLIP {checkpoint.clip_name}")
    check_text_tower(checkpoint)
    with bundle.replacing(target, bundle.DRAWING) as folder:
        scales = {"text": guidance[0], "image": guidance[1]}
        head = {"format": bundle.FORMAT, "version": 1, "name": name, "guidance": scales, "steps": steps}
        bundle.write(folder, {**head, **_write(checkpoint, folder, weights, compressed)})


def _write(checkpoint: Checkpoint, folder: Path, dtype: str, compressed: bool) -> dict[str, Any]:
    """Writes all files but bundle.json; returns what it says of them."""
    schedule = manifest.schedule(checkpoint.scheduler())
    clip, vae, sum_of_weights = checkpoint.clip(), checkpoint.vae(), WeightsId()
    text, image, latents = manifest.text(clip), manifest.image(clip, checkpoint), manifest.latents(vae)
    resolution = manifest.resolution(checkpoint.unet_settings(), latents)
    words = manifest.tokenizer(folder, checkpoint.tokenizer(), text["vocabulary"])
    shapes = Shapes(latents["channels"], latents["downscale"], text["width"], text["tokens"], text["vocabulary"], image["side"])
    writer = _RoleWriter(folder, getattr(torch, dtype), compressed, shapes)

    writer.add("text_embed", roles.TextEmbed(clip.text_model))
    writer.add("text_encode", roles.TextEncode(clip.text_model))
    writer.add("text_project", clip.text_projection)
    writer.add("image_encode", roles.ImageEncode(clip))
    sum_of_weights.add("clip", clip)
    del clip
    if (manner := checkpoint.manner()) is not None:
        writer.add("manner", manner)
        sum_of_weights.add("manner", manner)
    unet = checkpoint.unet()
    writer.add("unet", roles.UNet(unet))
    sum_of_weights.add("unet", unet)
    del unet
    writer.add("vae_encode", roles.VaeEncode(vae))
    writer.add("vae_decode", roles.VaeDecode(vae))
    sum_of_weights.add("vae", vae)
    return {
        "kind": bundle.DRAWING, "weightsId": sum_of_weights.hexdigest(), "resolution": resolution, "latents": latents, "text": text,
        "image": image, "schedule": schedule, "tokenizer": words, "roles": writer.in_order(),
        "source": manifest.source(checkpoint, dtype),
    }


class _RoleWriter:
    def __init__(self, folder: Path, dtype: torch.dtype, compressed: bool, shapes: Shapes):
        self.folder, self.dtype, self.compressed, self.shapes = folder, dtype, compressed, shapes
        self.entries: dict[str, dict[str, Any]] = {}

    def in_order(self) -> dict[str, dict[str, Any]]:
        return {role: self.entries[role] for role in roles.SIGNATURES if role in self.entries}

    def add(self, role: str, module: torch.nn.Module) -> None:
        traced_with, checked_with = (example(role, self.shapes, sizes) for sizes in (TRACED, CHECKED))
        signature = roles.SIGNATURES[role]
        self.entries[role] = bundle.write_role(
            self.folder, role, module, signature, traced_with, checked_with, self.dtype, self.compressed
        )
