"""Exported modules against diffusers and transformers: outputs in float32, bfloat16 and float16, and gradients.

    python -m test.peer.parity

For the tiny checkpoint and its sister with a SketchCodec. Every floating type is compared with the eager networks converted to it,
as lib/torch converts modules at load: floating parameters and buffers only.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch.nn.functional import cosine_similarity

from models.export import roles
from models.export.bundle import export
from models.export.checkpoint import Checkpoint, quiet
from models.export.outputs import Reference
from models.export.verify import as_tuple

from . import tiny

FOLDER = Path("build/peer")
FLOAT32, COSINE, NORM = 1e-5, 0.9999, 1e-3
HALF = 8e-3  # one last digit of a bfloat16 near 1
GRADIENTS = {"unet": 2, "text_encode": 0}  # role -> the input whose gradient is used


def eager_roles(checkpoint: Checkpoint) -> dict[str, torch.nn.Module]:
    clip, vae = checkpoint.clip(), checkpoint.vae()
    return {
        "unet": roles.UNet(checkpoint.unet()), "vae_encode": roles.VaeEncode(vae), "vae_decode": roles.VaeDecode(vae),
        "text_embed": roles.TextEmbed(clip.text_model), "text_encode": roles.TextEncode(clip.text_model),
        "text_project": clip.text_projection, "image_encode": roles.ImageEncode(clip),
    }


def load(path: Path, dtype: torch.dtype) -> torch.jit.ScriptModule:
    module = torch.jit.load(str(path)).eval()
    for tensor in (*module.parameters(), *module.buffers()):
        if tensor.is_floating_point():
            tensor.data = tensor.data.to(dtype)
    return module


def inputs_of(role: str, reference: dict[str, torch.Tensor], dtype: torch.dtype) -> tuple[torch.Tensor, ...]:
    values = {name: reference[f"{role}.input.{name}"] for name in roles.SIGNATURES[role].inputs}
    keep = ("timestep", "ids", "eos")
    return tuple(value if name in keep else value.to(dtype) for name, value in values.items())


@torch.no_grad()
def difference(got: tuple[torch.Tensor, ...], wanted: tuple[torch.Tensor, ...]) -> float:
    return max((a.float() - b.float()).abs().max().item() for a, b in zip(got, wanted, strict=True))


def gradient(call: Callable, inputs: tuple[torch.Tensor, ...], index: int) -> torch.Tensor:
    """Of the mean square of the first output."""
    leaf = inputs[index].clone().requires_grad_(True)
    output = as_tuple(call(*(leaf if n == index else value for n, value in enumerate(inputs))))[0]
    return torch.autograd.grad(output.float().square().mean(), leaf)[0]


class Report:
    def __init__(self) -> None:
        self.failed = False

    def line(self, what: str, value: float, good: bool) -> None:
        self.failed |= not good
        print(f"{'ok  ' if good else 'FAIL'} {what:52} {value:.3g}", flush=True)


def compare(name: str, report: Report) -> None:
    source, bundle, expected = FOLDER / name, FOLDER / f"{name}-bundle", FOLDER / f"{name}-reference.safetensors"
    checkpoint = Checkpoint(str(source))
    export(checkpoint, bundle, name, "float32", (7.5, 1.5), 12)
    Reference(checkpoint, seed=0, size=32).write(expected, steps=2)
    reference = load_file(expected)
    for dtype in (torch.float32, torch.bfloat16, torch.float16):
        eager = {role: module.to(dtype) for role, module in eager_roles(checkpoint).items()}
        for role, module in eager.items():
            _compare_role(f"{name} {role} {str(dtype)[6:]}", role, load(bundle / f"{role}.pt", dtype), module, reference, dtype, report)


def _compare_role(title: str, role: str, traced, eager, reference: dict[str, torch.Tensor], dtype: torch.dtype, report: Report) -> None:
    inputs = inputs_of(role, reference, dtype)
    with torch.no_grad():
        outputs = as_tuple(traced(*inputs))
        same_type = as_tuple(eager(*inputs))
    if dtype == torch.float32:
        wanted = tuple(reference[f"{role}.output.{output}"] for output in roles.SIGNATURES[role].outputs)
        report.line(f"{title}: from diffusers", worst := difference(outputs, wanted), worst <= FLOAT32)
    report.line(f"{title}: from eager", worst := difference(outputs, same_type), worst <= (FLOAT32 if dtype == torch.float32 else HALF))
    if role in GRADIENTS and dtype != torch.float16:
        ours, theirs = (gradient(call, inputs, GRADIENTS[role]).float().flatten() for call in (traced, eager))
        cosine, ratio = cosine_similarity(ours, theirs, dim=0).item(), (ours.norm() / theirs.norm()).item()
        report.line(f"{title}: norm of the gradient", theirs.norm().item(), theirs.norm().item() > 1e-4)
        report.line(f"{title}: 1 - cosine of gradients", 1 - cosine, cosine >= COSINE)
        report.line(f"{title}: ratio of their norms - 1", ratio - 1, abs(ratio - 1) <= NORM)


def main() -> None:
    quiet()
    report = Report()
    for name in ("tiny", "tiny-codec"):
        tiny.write(FOLDER / name, codec=name == "tiny-codec")
        compare(name, report)
    sys.exit(1 if report.failed else 0)


if __name__ == "__main__":
    main()
