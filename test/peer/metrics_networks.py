"""LPIPS by the `lpips` package, on activations of seeded backbones for tiny pictures."""

import warnings

import lpips
import torch

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


def one_network(net: str, side: int) -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    with warnings.catch_warnings(action="ignore"):
        model = lpips.LPIPS(net=net, pretrained=False, pnet_rand=True, verbose=False)
    for lin in model.lins:
        lin.model[-1].weight.data.abs_()
    pictures = [torch.from_numpy(photo(side, side, seed)).permute(2, 0, 1)[None] / 127.5 - 1 for seed in (1, 2)]
    pictures[1] = pictures[1].flip(-2)
    model.net = Rounded(model.net)
    with torch.no_grad():
        distance = model(*pictures)
    tensors = {"distance": distance.reshape([])}
    for name, activations in zip(("prediction", "truth"), model.net.seen):
        tensors |= {f"{name}/{layer}": values for layer, values in enumerate(activations)}
    return tensors | {f"weights/{layer}": lin.model[-1].weight.detach().reshape(-1).clone() for layer, lin in enumerate(model.lins)}


class Rounded(torch.nn.Module):
    """Rounds activations to what the fixture keeps of them, and remembers them."""

    def __init__(self, net):
        super().__init__()
        self.net = net
        self.seen = []

    def forward(self, pixels):
        kept = [values.half() for values in self.net(pixels)]
        self.seen.append(kept)
        return [values.float() for values in kept]
