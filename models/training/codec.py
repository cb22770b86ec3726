"""A patch codec in the VAE's place: pixel unshuffle, so that nothing of a fine line is lost at this small size."""

from types import SimpleNamespace

import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from torch.nn.functional import pixel_shuffle, pixel_unshuffle


class _Posterior:
    def __init__(self, latents: torch.Tensor):
        self.latents = latents

    def mode(self) -> torch.Tensor:
        return self.latents

    def sample(self, generator=None) -> torch.Tensor:
        return self.latents


class PatchCodec(ModelMixin, ConfigMixin):
    """Image [B, 3, 4h, 4w] in [-1, 1] <-> latents [B, 48, h, w] of about unit variance, with AutoencoderKL's methods.

    `block_out_channels` has three entries because diffusers reads the downscale (4) from its length.
    """

    @register_to_config
    def __init__(self, patch: int = 4, gain: float = 1.6, latent_channels: int = 48, scaling_factor: float = 1.0, block_out_channels=(1, 1, 1)):
        super().__init__()
        # Not `gain`: that name already answers from the config.
        self.multiplier = torch.nn.Parameter(torch.tensor(float(gain)), requires_grad=False)

    def encode(self, image: torch.Tensor):
        return SimpleNamespace(latent_dist=_Posterior(pixel_unshuffle(image, self.config.patch) * self.multiplier))

    def decode(self, latents: torch.Tensor, return_dict: bool = True, generator=None):
        image = pixel_shuffle(latents / self.multiplier, self.config.patch)
        return SimpleNamespace(sample=image) if return_dict else (image,)
