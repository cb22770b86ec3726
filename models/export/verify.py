"""Small inputs for every role, and the check that a trace computes what the eager module does at sizes it was not traced with."""

from dataclasses import dataclass

import torch

from .failure import ExportError
from .roles import Tensors

TOLERANCE = 1e-4  # of the largest output: the same kernels run, in nearly the same order


@dataclass(frozen=True)
class Sizes:
    batch: int
    height: int  # of the latents
    width: int
    tokens: int


# Odd sides take diffusers' path that gives the upsampling its sizes, which is right for even ones too.
TRACED = Sizes(batch=2, height=9, width=11, tokens=7)
CHECKED = Sizes(batch=3, height=24, width=16, tokens=77)


@dataclass(frozen=True)
class Shapes:
    """What inputs are shaped by beside their sizes."""

    channels: int
    downscale: int
    width: int
    tokens: int
    vocabulary: int
    side: int


def example(role: str, shapes: Shapes, sizes: Sizes) -> Tensors:
    """Seeded inputs of a role, in the order of its signature."""
    generator = torch.Generator().manual_seed(sizes.batch)
    batch = sizes.batch
    normal = lambda *shape: torch.randn(shape, generator=generator)
    integers = lambda end, *shape: torch.randint(end, shape, generator=generator)
    latents = (batch, shapes.channels, sizes.height, sizes.width)
    even_image = lambda: normal(batch, 3, 2 * sizes.height * shapes.downscale, 2 * sizes.width * shapes.downscale)
    inputs = {
        "unet": lambda: (
            normal(batch, 2 * shapes.channels, sizes.height, sizes.width),
            torch.linspace(1, 999, batch),
            normal(batch, sizes.tokens, shapes.width),
        ),
        "vae_encode": lambda: (normal(batch, 3, sizes.height * shapes.downscale, sizes.width * shapes.downscale).clamp(-1, 1),),
        "vae_decode": lambda: (normal(*latents),),
        "text_embed": lambda: (integers(shapes.vocabulary, batch, sizes.tokens),),
        "text_encode": lambda: (normal(batch, shapes.tokens, shapes.width), integers(shapes.tokens, batch)),
        "text_project": lambda: (normal(batch, shapes.width),),
        "image_encode": lambda: (normal(batch, 3, shapes.side, shapes.side),),
        "manner": lambda: (even_image(), even_image()),
    }
    return inputs[role]()


@torch.no_grad()
def verify(role: str, eager: torch.nn.Module, traced: torch.jit.ScriptModule, inputs: Tensors) -> None:
    """Raises an ExportError where the trace differs from the module it was made of."""
    for wanted, got in zip(as_tuple(eager(*inputs)), as_tuple(traced(*inputs))):
        difference = (wanted - got).abs().max().item() if wanted.shape == got.shape else float("inf")
        if not difference <= TOLERANCE * wanted.abs().max().item():
            raise ExportError(
                f"the traced {role} to compute what the original does for inputs of {[list(value.shape) for value in inputs]}",
                f"its output {list(got.shape)} differs from {list(wanted.shape)} by up to {difference:.3g}",
                "A size was baked into the trace: report it with the model's class and versions.",
            )


def as_tuple(outputs: torch.Tensor | Tensors) -> Tensors:
    return outputs if isinstance(outputs, tuple) else (outputs,)
