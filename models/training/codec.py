"""A small autoencoder in the VAE's place: 16 channels on a grid a quarter as fine, learned on photos and their drawings.

The encoder is one linear map of overlapping squares; the decoder learns what was left out, and was trained under noise, so that
errors of a predicted latent do not show as speckle.
"""

from types import SimpleNamespace

import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from torch import nn
from torch.nn.functional import pad, silu

BLOCK = 4
CHANNELS = 16


class _Posterior:
    def __init__(self, latents: torch.Tensor):
        self.latents = latents

    def mode(self) -> torch.Tensor:
        return self.latents

    def sample(self, generator=None) -> torch.Tensor:
        return self.latents


class _Residual(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.first, self.second = nn.Conv2d(width, width, 3, padding=1), nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.second(silu(self.first(silu(x))))


class SketchCodec(ModelMixin, ConfigMixin):
    """Image [B, 3, 4h, 4w] in [-1, 1] <-> latents [B, 16, h, w], with AutoencoderKL's methods.

    `block_out_channels` has three entries because diffusers reads the downscale (4) from its length.
    """

    @register_to_config
    def __init__(
        self, latent_channels: int = CHANNELS, width: int = 96, blocks: int = 3, scaling_factor: float = 1.0, block_out_channels=(1, 1, 1)
    ):
        super().__init__()
        self.encoder = nn.Conv2d(3, latent_channels, 2 * BLOCK, stride=BLOCK)
        self.decoder = nn.Sequential(
            nn.Conv2d(latent_channels, width, 3, padding=1),
            *(_Residual(width) for _ in range(blocks)),
            nn.SiLU(),
            nn.Conv2d(width, 3 * BLOCK**2, 3, padding=1),
            nn.PixelShuffle(BLOCK),
        )

    def encode(self, image: torch.Tensor):
        border = BLOCK // 2
        return SimpleNamespace(latent_dist=_Posterior(self.encoder(pad(image, [border] * 4, mode="replicate"))))

    def decode(self, latents: torch.Tensor, return_dict: bool = True, generator=None):
        image = self.decoder(latents)
        return SimpleNamespace(sample=image) if return_dict else (image,)
