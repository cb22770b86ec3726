"""The networks of LPIPS and FID as lib/metrics calls them, made of the packages that define them: lpips and pytorch-fid."""

import warnings
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import lpips
import torch
from pytorch_fid import inception

from .failure import ExportError, first_line
from .metric_weights import load
from .roles import Signature

State = dict[str, torch.Tensor]


class Lpips(torch.nn.Module):
    """image [B, 3, H, W], shifted and scaled by LPIPS' ScalingLayer -> L activations [B, C, h, w], then L weights [C]."""

    def __init__(self, model: lpips.LPIPS):
        super().__init__()
        self.net, self.lins = model.net, model.lins

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return *self.net(image), *(lin.model[-1].weight.reshape(-1) for lin in self.lins)


class FidInception(torch.nn.Module):
    """pixels [B, 3, 299, 299], scaled for the network -> features [B, 2048]."""

    def __init__(self, network: inception.InceptionV3):
        super().__init__()
        self.network = network

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return self.network(pixels)[0].flatten(1)


def untrained_lpips(net: str) -> lpips.LPIPS:
    """The lpips package's model of a network, alex, vgg or squeeze, with random weights."""
    with warnings.catch_warnings(action="ignore"):
        return lpips.LPIPS(net=net, pretrained=False, pnet_rand=True, verbose=False)


def lpips_of(net: str, backbone: State, linear: State) -> Lpips:
    """`backbone`: torchvision's network; `linear`: the layers of version 0.1."""
    model = untrained_lpips(net)
    # Of torchvision's features, each slice has some, under their numbers.
    model.net.load_state_dict({name: backbone[f"features.{name.partition('.')[2]}"] for name in model.net.state_dict()})
    for index, lin in enumerate(model.lins):
        lin.load_state_dict({"model.1.weight": linear[f"lin{index}.model.1.weight"]})
    return Lpips(model).requires_grad_(False)


def fid_inception_of(weights: State) -> FidInception:
    """`weights`: those of pytorch-fid, which it would fetch by itself."""
    with patch.object(inception, "load_state_dict_from_url", lambda *_, **__: weights):
        return FidInception(inception.InceptionV3(resize_input=False, normalize_input=False))


_BUILDERS: dict[str, Callable[..., torch.nn.Module]] = {
    "lpips_alex": lambda *states: lpips_of("alex", *states),
    "lpips_vgg": lambda *states: lpips_of("vgg", *states),
    "lpips_squeeze": lambda *states: lpips_of("squeeze", *states),
    "fid_inception": fid_inception_of,
}


def network(role: str, files: list[Path]) -> torch.nn.Module:
    """A role's network of its weight files, in evaluation mode."""
    try:
        return _BUILDERS[role](*(load(file) for file in files)).eval()
    except (KeyError, RuntimeError) as error:  # names or shapes that differ
        expected = f"the weights of {role} in {' and '.join(str(file) for file in files)}"
        raise ExportError(expected, f"they do not fit: {first_line(error)}", "Fetch the published files.") from error


def signature(role: str, module: torch.nn.Module) -> Signature:
    if role == "fid_inception":
        return Signature(("pixels",), ("features",))
    layers = range(len(module.lins))
    return Signature(("image",), (*(f"activation{layer}" for layer in layers), *(f"weight{layer}" for layer in layers)))


def example(role: str, batch: int, side: int) -> tuple[torch.Tensor]:
    """Seeded input of a role; FID's network takes one size only."""
    generator = torch.Generator().manual_seed(batch)
    shape = (batch, 3, 299, 299) if role == "fid_inception" else (batch, 3, side, side + 6)
    return (torch.rand(shape, generator=generator) * 2 - 1,)
