"""What words leave unsaid of a drawing: measured beside its photo, and laid into the context of its text, each measure along a direction
of its own. So the embeddings between and beside the texts mean what no caption says, and learning from a pair can reach it. In training
it is measured on another photo's drawing with the same parameters, as it will be on an artist's pair."""

import torch
import torch.nn.functional as F
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin

QUARTERS, QUANTILES = 4, (0.05, 0.25, 0.5, 0.9)
STRENGTH = 0.5  # of the context's unit variance
# Mean and deviation of each measure over 2,048 examples.
MEAN = (
    0.032, 0.358, 0.548, 0.709, 0.329, 0.320, 0.278, 0.188, 0.384, 0.372, 0.327, 0.228,
    -0.396, 0.167, 0.520, 0.820, 0.861, 0.849, 0.832, -0.509, -0.521, -0.527, 0.098, 0.300,
)
DEVIATION = (
    0.496, 0.437, 0.356, 0.321, 0.126, 0.139, 0.139, 0.113, 0.124, 0.126, 0.122, 0.112,
    0.427, 0.557, 0.455, 0.234, 0.195, 0.203, 0.228, 0.367, 0.363, 0.369, 0.142, 0.100,
)


class Manner(ModelMixin, ConfigMixin):
    """(photo, drawing), each [B, 3, H, W] in [-1, 1] -> what is added to every row of a text's context, [B, width]."""

    @register_to_config
    def __init__(self, width: int):
        super().__init__()
        ways = torch.randn(len(MEAN), width, generator=torch.Generator().manual_seed(0))
        self.register_buffer("quantiles", torch.tensor(QUANTILES))
        self.register_buffer("mean", torch.tensor(MEAN))
        self.register_buffer("deviation", torch.tensor(DEVIATION))
        self.register_buffer("ways", STRENGTH / len(MEAN) ** 0.5 * ways)

    def forward(self, photo: torch.Tensor, drawing: torch.Tensor) -> torch.Tensor:
        return ((self.measures(photo, drawing) - self.mean) / self.deviation).clamp(-3, 3) @ self.ways

    def measures(self, photo: torch.Tensor, drawing: torch.Tensor) -> torch.Tensor:
        """[B, 24]: tone, fine and broad strokes in each quarter of the photo's tones, from dark to light; quantiles of tone; the
        colours of paper and ink; colour at all; grain."""
        grey, before = drawing.mean(1, keepdim=True), F.avg_pool2d(photo.mean(1, keepdim=True), 4).flatten(1)
        order = before.argsort(1)

        def quarters(map: torch.Tensor) -> torch.Tensor:
            return map.flatten(1).gather(1, order).unflatten(1, (QUARTERS, -1)).mean(2)

        fine, broad = _slope(grey), _slope(F.avg_pool2d(grey, 2))
        by_light = drawing.flatten(2).gather(2, grey.flatten(2).argsort(2).expand(-1, 3, -1))
        tenth, twentieth = by_light.shape[2] // 10, by_light.shape[2] // 20
        return torch.cat([
            quarters(F.avg_pool2d(grey, 4)), quarters(F.avg_pool2d(fine, 4)).sqrt(), quarters(F.avg_pool2d(broad, 2)).sqrt(),
            torch.quantile(grey.flatten(1), self.quantiles, dim=1).T, by_light[:, :, -tenth:].mean(2), by_light[:, :, :twentieth].mean(2),
            (drawing - grey).abs().mean((1, 2, 3))[:, None].sqrt(), (grey - F.avg_pool2d(grey, 3, 1, 1)).std((1, 2, 3))[:, None].sqrt(),
        ], 1)


def _slope(grey: torch.Tensor) -> torch.Tensor:
    """[B, 1, side, side] of central differences' lengths."""
    across, down = torch.gradient(grey, dim=(2, 3))
    return (across**2 + down**2).sqrt()
