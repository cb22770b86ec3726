"""Whole metric networks, exported of seeded weight files, against the packages that define them: lpips and pytorch-fid.

    python -m test.peer.metrics_export        from the repository's root; needs 1 GB for a while
"""

import sys
import tempfile
import warnings
from pathlib import Path
from unittest.mock import patch

import torch
import torchvision
from pytorch_fid import inception

import lpips
from models.export import metrics
from models.export.failure import ExportError
from models.export.metric_weights import PUBLISHED

BACKBONES = {"alex": torchvision.models.alexnet, "vgg": torchvision.models.vgg16, "squeeze": torchvision.models.squeezenet1_1}
TOLERANCE = 1e-5


def write_weights(folder: Path) -> None:
    """Random weights under the published files' names."""
    torch.manual_seed(0)
    folder.mkdir(parents=True, exist_ok=True)
    for net, backbone in BACKBONES.items():
        torch.save(backbone().state_dict(), folder / PUBLISHED[f"lpips_{net}"][0].file)
    torch.save(random_inception(), folder / PUBLISHED["fid_inception"][0].file)


def random_inception() -> dict[str, torch.Tensor]:
    """Of every name and shape that pytorch-fid's network asks its weights to have."""
    taken = {}
    with patch.object(torch.nn.Module, "load_state_dict", lambda self, _: taken.update(self.state_dict())), \
            patch.object(inception, "load_state_dict_from_url", lambda *_, **__: None):
        inception.fid_inception_v3()
    # Without initial weights, as pytorch-fid makes it, it lies uninitialised in memory.
    generator = torch.Generator().manual_seed(1)
    return {name: random_like(name, values, generator) for name, values in taken.items()}


def random_like(name: str, values: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    if not values.is_floating_point():
        return torch.zeros_like(values)
    if "running_var" in name or name.endswith("bn.weight"):
        return torch.rand(values.shape, generator=generator) + 0.5
    return torch.randn(values.shape, generator=generator) * (2 / max(1, values[0].numel())) ** 0.5


@torch.no_grad()
def lpips_difference(net: str, bundle: Path, weights: Path) -> float:
    """Relative, of a pair's distance by the exported module and by the package, which finds the weights where torch.hub keeps them."""
    with warnings.catch_warnings(action="ignore"), patch.object(torch.hub, "get_dir", lambda: str(weights.parent)):
        peer = lpips.LPIPS(net=net, verbose=False)
    a, b = torch.rand((2, 1, 3, 90, 75), generator=torch.Generator().manual_seed(2)) * 2 - 1
    role = torch.jit.load(str(bundle / f"lpips_{net}.pt"))
    (*ours,), (*theirs,) = role(peer.scaling_layer(a)), role(peer.scaling_layer(b))
    layers = len(ours) // 2
    unit = lambda values: values / (values.norm(dim=1, keepdim=True) + 1e-10)
    terms = zip(ours[:layers], theirs[:layers], ours[layers:])
    distance = sum(((unit(x) - unit(y)) ** 2 * w[:, None, None]).sum(1).mean().item() for x, y, w in terms)
    wanted = peer(a, b).item()
    return abs(distance - wanted) / wanted


@torch.no_grad()
def inception_difference(bundle: Path, weights: Path) -> float:
    """Largest of the features', of the largest feature."""
    state = torch.load(weights / PUBLISHED["fid_inception"][0].file, weights_only=True)
    with patch.object(inception, "load_state_dict_from_url", lambda *_, **__: state):
        peer = inception.InceptionV3().eval()
    pixels = torch.rand((2, 3, 299, 299), generator=torch.Generator().manual_seed(2))
    wanted = peer(pixels)[0].flatten(1)
    got = torch.jit.load(str(bundle / "fid_inception.pt"))(2 * pixels - 1)
    return ((got - wanted).abs().max() / wanted.abs().max()).item()


def refuses_what_is_missing(folder: Path) -> bool:
    """Without the network, whatever the machine that this runs on has."""
    def unreachable(*_, **__):
        raise OSError("no network")

    with patch.object(torch.hub, "download_url_to_file", unreachable), patch.object(torch.hub, "get_dir", lambda: str(folder / "hub")):
        try:
            metrics.export(["fid_inception", "lpips_alex"], folder / "refused", None)
        except ExportError as error:
            named = [PUBLISHED[role][0] for role in ("fid_inception", "lpips_alex")]
            return all(each.file in str(error) and each.url in str(error) for each in named) and "--weights-from" in str(error)
    return False


def compare(folder: Path) -> dict[str, float]:
    bundle, weights = folder / "bundle", folder / "checkpoints"
    write_weights(weights)
    metrics.export(list(metrics.ROLES), bundle, weights)
    return {net: lpips_difference(net, bundle, weights) for net in BACKBONES} | {"inception": inception_difference(bundle, weights)}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        differences = compare(Path(folder))
        named = refuses_what_is_missing(Path(folder))
    for name, difference in differences.items():
        print(f"{name}: {difference:.1e}")
    if not named:
        sys.exit("missing weight files are not named")
    if max(differences.values()) > TOLERANCE:
        sys.exit(f"expected differences of at most {TOLERANCE}")


if __name__ == "__main__":
    main()
