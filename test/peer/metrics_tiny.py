"""test/fixtures/tiny-metrics: a metrics bundle of tiny random networks, and what the field's packages measure with them."""

from pathlib import Path

import numpy as np
import torch
from cleanfid.resize import build_resizer
from torchmetrics.image.fid import _compute_fid
from torchmetrics.image.kid import poly_mmd

from models.export import folder as bundle
from models.export.metric_networks import Lpips, signature, untrained_lpips

FOLDER = Path("test/fixtures/tiny-metrics")
# prediction and truth
PAIRS = [("sketch", "other"), ("noisy", "white"), ("odd", "odder"), ("large", "larger")]


class TinyTrunk(torch.nn.Module):
    """As many channels as AlexNet's activations have."""

    def __init__(self):
        super().__init__()
        self.layers = torch.nn.ModuleList(torch.nn.Conv2d(3, channels, 1) for channels in (64, 192, 384, 256, 256))

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
        pooled = (torch.nn.functional.avg_pool2d(image, 2 * depth + 2) for depth in range(len(self.layers)))
        return tuple(layer(values).relu() for layer, values in zip(self.layers, pooled))


class TinyInception(torch.nn.Sequential):
    """[B, 3, 299, 299] -> [B, 3]: fewer features than there are pictures."""

    def __init__(self):
        super().__init__(torch.nn.AvgPool2d(23), torch.nn.Conv2d(3, 3, 3), torch.nn.ReLU(), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten())


@torch.no_grad()
def measure(greys: dict[str, np.ndarray]) -> dict[str, float]:
    """Writes the bundle; figures "tiny/METRIC", for LPIPS one a pair, "tiny/lpips-alex/INDEX"."""
    torch.manual_seed(3)
    model = untrained_lpips("alex")
    model.net = TinyTrunk()
    for lin in model.lins:
        lin.model[-1].weight.abs_()
    inception = TinyInception()
    inception[1].weight.normal_()
    write({"lpips_alex": Lpips(model), "fid_inception": inception})
    pictures = lambda side: [np.stack([greys[pair[side]]] * 3, -1) for pair in PAIRS]
    signed = lambda picture: torch.from_numpy(picture).permute(2, 0, 1)[None] / 127.5 - 1
    distances = [model(signed(a), signed(b)).item() for a, b in zip(pictures(0), pictures(1))]
    figures = {f"tiny/lpips-alex/{index}": distance for index, distance in enumerate(distances)}
    for metric, resize in (("fid", legacy), ("fid-clean", clean)):
        a, b = (torch.cat([inception(resize(picture)) for picture in pictures(side)]).double() for side in (0, 1))
        figures[f"tiny/{metric}"] = _compute_fid(a.mean(0), a.T.cov(), b.mean(0), b.T.cov()).item()
        if metric == "fid":
            figures["tiny/kid"] = poly_mmd(a, b).item()
    return figures


def legacy(picture: np.ndarray) -> torch.Tensor:
    """As pytorch-fid's network does it."""
    pixels = torch.from_numpy(picture).permute(2, 0, 1)[None] / 255
    return 2 * torch.nn.functional.interpolate(pixels, size=(299, 299), mode="bilinear", align_corners=False) - 1


def clean(picture: np.ndarray) -> torch.Tensor:
    return torch.from_numpy((build_resizer("clean")(picture) - 128) / 128).permute(2, 0, 1)[None].float()


def write(modules: dict[str, torch.nn.Module]) -> None:
    """Its weights are in no file that could be published: the modules' own sums stand for theirs."""
    with bundle.replacing(FOLDER, bundle.METRICS) as folder:
        entries = {}
        for role, module in modules.items():
            shapes = ((2, 3, 299, 299), (3, 3, 299, 299)) if role == "fid_inception" else ((2, 3, 64, 70), (3, 3, 33, 31))
            traced, checked = (torch.linspace(-1, 1, int(np.prod(shape))).reshape(shape) for shape in shapes)
            entry = bundle.write_role(folder, role, module, signature(role, module), (traced,), (checked,))
            entries[role] = {**entry, "sources": [{"file": "random.pth", "sha256": entry["sha256"]}]}
        source = {"torch": torch.__version__, "torchvision": "none", "lpips": "none", "pytorch-fid": "none"}
        bundle.write(folder, {"format": bundle.FORMAT, "version": 1, "kind": bundle.METRICS, "roles": entries, "source": source})
