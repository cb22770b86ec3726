"""A fixed codec in the VAE's place: a lapped transform of the lightness, the colour at a quarter of the resolution.

Drawings are mostly grey, so 18 channels hold what 4 x 4 patches need 48 for, and nothing of a fine line is lost. The basis
functions overlap (Malvar, 1989), so that no grid of blocks shows where a prediction is off.
"""

from types import SimpleNamespace

import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from torch.nn.functional import conv2d, conv_transpose2d

BLOCK = 4


def lapped_basis() -> torch.Tensor:
    """[4, 8], orthonormal with its shifts by 4: DCT-II after Malvar's rotation across each block's border."""
    n = torch.arange(BLOCK, dtype=torch.float64)
    dct = torch.cos(torch.pi / BLOCK * (n[None] + 0.5) * n[:, None]) * (2 / BLOCK) ** 0.5
    dct[0] /= 2**0.5
    half = torch.arange(2, dtype=torch.float64)
    dct4 = torch.cos(torch.pi / 2 * (half[None] + 0.5) * (half[:, None] + 0.5))
    dct2 = torch.tensor([[1, 1], [1, -1]], dtype=torch.float64) / 2**0.5
    flip, one = torch.eye(2, dtype=torch.float64).flip(0), torch.eye(2, dtype=torch.float64)
    butterfly = torch.cat([torch.cat([one, flip], 1), torch.cat([flip, -one], 1)]) / 2**0.5
    rotation = flip @ dct2.T @ dct4 @ flip
    across = butterfly @ torch.block_diag(one, rotation) @ butterfly
    return torch.cat([dct[:, :2] @ across[2:], dct[:, 2:] @ across[:2]], 1)


def gains() -> torch.Tensor:
    """[18]: what brings a typical drawing's channels to about unit variance, so that a network hears of the detail, too."""
    frequency = (torch.arange(BLOCK)[:, None] + torch.arange(BLOCK)[None]).flatten()
    lightness = torch.where(frequency == 0, 0.35, 2.25 * 1.45 ** (frequency.clamp(max=3).float() - 1))
    return torch.cat([lightness, torch.ones(2)])


class _Posterior:
    def __init__(self, latents: torch.Tensor):
        self.latents = latents

    def mode(self) -> torch.Tensor:
        return self.latents

    def sample(self, generator=None) -> torch.Tensor:
        return self.latents


class LappedCodec(ModelMixin, ConfigMixin):
    """Image [B, 3, 4h, 4w] in [-1, 1] <-> latents [B, 18, h, w], with AutoencoderKL's methods.

    `block_out_channels` has three entries because diffusers reads the downscale (4) from its length.
    """

    @register_to_config
    def __init__(self, latent_channels: int = 18, scaling_factor: float = 1.0, block_out_channels=(1, 1, 1)):
        super().__init__()
        basis = lapped_basis().float()
        sign = torch.tensor([1.0, -1.0, 1.0, -1.0])
        # Lightness and two colour differences, orthonormal.
        colours = torch.tensor([[1, 1, 1], [1, 0, -1], [-1, 2, -1]]) / torch.tensor([3.0, 2.0, 6.0]).sqrt()[:, None]
        for name, value in {
            "kernels": torch.einsum("ih,jw->ijhw", basis, basis).reshape(16, 1, 8, 8),
            "colours": colours,
            "gains": gains().view(1, -1, 1, 1),
            # A mirrored block has the same coefficients, the odd ones negated.
            "mirror_rows": torch.cat([sign.repeat_interleave(4), torch.ones(2)]).view(1, -1, 1, 1),
            "mirror_columns": torch.cat([sign.repeat(4), torch.ones(2)]).view(1, -1, 1, 1),
        }.items():
            setattr(self, name, torch.nn.Parameter(value.contiguous(), requires_grad=False))

    def encode(self, image: torch.Tensor):
        image = torch.cat([image[..., :2].flip(-1), image, image[..., -2:].flip(-1)], -1)
        image = torch.cat([image[..., :2, :].flip(-2), image, image[..., -2:, :].flip(-2)], -2)
        planes = conv2d(image, self.colours[..., None, None])
        lightness = conv2d(planes[:, :1], self.kernels, stride=BLOCK)
        colour = conv2d(planes[:, 1:], self.kernels[:1].repeat(2, 1, 1, 1), stride=BLOCK, groups=2)
        return SimpleNamespace(latent_dist=_Posterior(torch.cat([lightness, colour], 1) * self.gains))

    def decode(self, latents: torch.Tensor, return_dict: bool = True, generator=None):
        rows = self.mirror_rows * latents
        latents = torch.cat([rows[..., :1, :], latents, rows[..., -1:, :]], -2)
        columns = self.mirror_columns * latents
        latents = torch.cat([columns[..., :1], latents, columns[..., -1:]], -1) / self.gains
        lightness = conv_transpose2d(latents[:, :16], self.kernels, stride=BLOCK)
        colour = conv_transpose2d(latents[:, 16:], self.kernels[:1].repeat(2, 1, 1, 1), stride=BLOCK, groups=2)
        planes = torch.cat([lightness, colour], 1)[..., 6:-6, 6:-6]
        image = conv2d(planes, self.colours.T[..., None, None])
        return SimpleNamespace(sample=image) if return_dict else (image,)
