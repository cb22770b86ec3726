"""Writes a checkpoint as a bundle: one network after the other, so that only the one being written need be in memory."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from . import manifest, roles
from .checkpoint import Checkpoint
from .failure import ExportError, first_line, say
from .graph_check import check_graph
from .text_tower import check_text_tower
from .tracing import save, trace
from .verify import CHECKED, TRACED, Shapes, example, verify
from .weights_id import WeightsId


def export(checkpoint: Checkpoint, target: Path, name: str, weights: str, guidance: tuple[float, float]) -> None:
    """Makes or replaces the bundle `target`, its networks stored in the floating type named by `weights`.

    `guidance`: the text and image scales it is to be used with.
    """
    say(f"comparing the text encoder of {checkpoint.source} with the CLIP {checkpoint.clip_name}")
    check_text_tower(checkpoint)
    try:
        with _replacing(target) as folder:
            scales = {"text": guidance[0], "image": guidance[1]}
            head = {"format": manifest.FORMAT, "version": 1, "name": name, "guidance": scales}
            manifest.write(folder, {**head, **_write(checkpoint, folder, weights)})
    except OSError as error:
        raise _unwritable(target, error) from error


def _write(checkpoint: Checkpoint, folder: Path, dtype: str) -> dict[str, Any]:
    """Writes all files but bundle.json; returns what it says of them."""
    schedule = manifest.schedule(checkpoint.scheduler())
    clip, vae, sum_of_weights = checkpoint.clip(), checkpoint.vae(), WeightsId()
    text, image, latents = manifest.text(clip), manifest.image(clip, checkpoint), manifest.latents(vae)
    resolution = manifest.resolution(checkpoint.unet_settings(), latents)
    words = manifest.tokenizer(folder, checkpoint.tokenizer(), text["vocabulary"])
    shapes = Shapes(latents["channels"], latents["downscale"], text["width"], text["tokens"], text["vocabulary"], image["side"])
    writer = _RoleWriter(folder, getattr(torch, dtype), shapes)

    writer.add("text_embed", roles.TextEmbed(clip.text_model))
    writer.add("text_encode", roles.TextEncode(clip.text_model))
    writer.add("text_project", clip.text_projection)
    writer.add("image_encode", roles.ImageEncode(clip))
    sum_of_weights.add("clip", clip)
    del clip
    unet = checkpoint.unet()
    writer.add("unet", roles.UNet(unet))
    sum_of_weights.add("unet", unet)
    del unet
    writer.add("vae_encode", roles.VaeEncode(vae))
    writer.add("vae_decode", roles.VaeDecode(vae))
    sum_of_weights.add("vae", vae)
    return {
        "kind": "instruct-pix2pix", "weightsId": sum_of_weights.hexdigest(), "resolution": resolution, "latents": latents, "text": text,
        "image": image, "schedule": schedule, "tokenizer": words, "roles": {role: writer.entries[role] for role in roles.SIGNATURES},
        "source": manifest.source(checkpoint, dtype),
    }


class _RoleWriter:
    def __init__(self, folder: Path, dtype: torch.dtype, shapes: Shapes):
        self.folder, self.dtype, self.shapes = folder, dtype, shapes
        self.entries: dict[str, dict[str, Any]] = {}

    def add(self, role: str, module: torch.nn.Module) -> None:
        """Traces a module, checks the trace and writes it."""
        say(f"tracing {role}")
        module.eval()
        traced = trace(module, example(role, self.shapes, TRACED))
        check_graph(role, traced)
        verify(role, module, traced, example(role, self.shapes, CHECKED))
        path = self.folder / f"{role}.pt"
        try:
            save(traced, path, self.dtype)
        except RuntimeError as error:  # PyTorch's for a full disk
            raise _unwritable(path, error) from error
        self.entries[role] = manifest.role(role, path)


def _unwritable(path: Path, error: Exception) -> ExportError:
    return ExportError(f"to write {path}", first_line(error), "Free some space, or choose another folder with -o.")


@contextmanager
def _replacing(target: Path) -> Iterator[Path]:
    """A folder beside `target` that takes its place when all went well, and is gone when not."""
    if target.exists() and not manifest.is_bundle(target):
        raise ExportError(f"a new folder or a bundle to replace at {target}", "something else is there", "Choose another folder with -o.")
    target = target.absolute()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as beside:
        fresh = Path(beside, "new")
        fresh.mkdir()
        yield fresh
        if target.exists():
            target.rename(Path(beside, "old"))
        fresh.rename(target)
