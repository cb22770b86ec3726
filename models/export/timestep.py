"""diffusers' sinusoidal timestep embedding, written so that a trace of it serves every device and floating type."""

import math
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from diffusers import UNet2DConditionModel
from diffusers.models.embeddings import Timesteps

MAX_PERIOD = 10000  # the default of diffusers' get_timestep_embedding, which Timesteps does not change


class TimestepEmbedding(torch.nn.Module):
    """timestep [B] float32 -> [B, channels] in the sample's type; the angles are computed in float32 whatever that is.

    diffusers makes the frequencies by `arange(device=...)` and casts to float32: both would be baked into the graph.
    An int64 buffer follows the module to its device, keeps its type when weights are halved, and promotes to float32.
    """

    def __init__(self, original: Timesteps):
        super().__init__()
        self.settings = original
        self.index = torch.nn.Buffer(torch.arange(original.num_channels // 2))

    def forward(self, timestep: torch.Tensor, sample: torch.Tensor) -> torch.Tensor:
        half, settings = len(self.index), self.settings
        frequencies = torch.exp(self.index * -math.log(MAX_PERIOD) / (half - settings.downscale_freq_shift))
        angles = settings.scale * (timestep[:, None] * frequencies[None])
        halves = (angles.cos(), angles.sin()) if settings.flip_sin_to_cos else (angles.sin(), angles.cos())
        return torch.cat(halves, -1).type_as(sample)


@contextmanager
def traceable_timesteps(module: torch.nn.Module) -> Iterator[None]:
    """Inside, every UNet in `module` computes its timestep embedding as above."""
    unets = [part for part in module.modules() if isinstance(part, UNet2DConditionModel)]
    originals = [unet.time_proj for unet in unets]
    for unet in unets:
        embedding = TimestepEmbedding(unet.time_proj)
        unet.time_proj = embedding
        unet.get_time_embed = lambda sample, timestep, embedding=embedding: embedding(timestep, sample)
    try:
        yield
    finally:
        for unet, original in zip(unets, originals):
            unet.time_proj = original
            del unet.get_time_embed
