"""LPIPS by the `lpips` package, on activations that the exporter's modules give of seeded backbones for tiny pictures."""

import torch

import lpips
from models.export.metric_networks import Lpips, untrained_lpips

from .metrics_pictures import photo

# The smallest pictures that leave a pixel at the deepest layer.
SIDES = {"alex": 47, "vgg": 16, "squeeze": 17}


def lpips_tensors() -> dict[str, torch.Tensor]:
    """
    lpips/input and lpips/scaled [1, 3, 6, 8]: a picture, and what the package's scaling makes of it
    lpips/NET/prediction/LAYER, lpips/NET/truth/LAYER [1, C, h, w]: float16; lpips/NET/weights/LAYER [C]; lpips/NET/distance: []
    """
    picture = torch.from_numpy(photo(8, 6, 3)).permute(2, 0, 1)[None].contiguous() / 127.5 - 1
    tensors = {"lpips/input": picture, "lpips/scaled": lpips.ScalingLayer()(picture)}
    for net, side in SIDES.items():
        tensors |= {f"lpips/{net}/{name}": tensor for name, tensor in one_network(net, side).items()}
    return tensors


@torch.no_grad()
def one_network(net: str, side: int) -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    model = untrained_lpips(net)
    for lin in model.lins:
        lin.model[-1].weight.abs_()
    pictures = [torch.from_numpy(photo(side, side, seed)).permute(2, 0, 1)[None] / 127.5 - 1 for seed in (1, 2)]
    pictures[1] = pictures[1].flip(-2)
    role, layers = Lpips(model), len(model.lins)
    outputs = [role(model.scaling_layer(picture)) for picture in pictures]
    # Rounded to what the fixture keeps of them.
    activations = [[values.half() for values in each[:layers]] for each in outputs]
    model.net = Given(activations)
    tensors = {"distance": model(*pictures).reshape([])}
    for name, values in zip(("prediction", "truth"), activations):
        tensors |= {f"{name}/{layer}": each for layer, each in enumerate(values)}
    return tensors | {f"weights/{layer}": weight.clone() for layer, weight in enumerate(outputs[0][layers:])}


class Given(torch.nn.Module):
    """A network that gives these activations, one after the other, whatever the pictures."""

    def __init__(self, activations: list[list[torch.Tensor]]):
        super().__init__()
        self.activations = iter(activations)

    def forward(self, _: torch.Tensor) -> list[torch.Tensor]:
        return [values.float() for values in next(self.activations)]
