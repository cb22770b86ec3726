"""What a bundle of SOURCE must compute: seeded inputs and the outputs of diffusers and transformers themselves, float32 on the CPU.

    python -m models.export.reference SOURCE -o FILE.safetensors [--clip SOURCE] [--seed 0] [--steps 4] [--size PX]

Tensors `<role>.input.<name>` and `<role>.output.<name>`, names as in bundle.json, batch 2; and one whole InstructPix2Pix image:
`image.input.photo` [1, 3, H, W] in [-1, 1], `image.input.noise` (standard normal), `image.output.latents` (after the last step, as
the diffusion knows them), `image.output.image` (decoded, clamped to [-1, 1], not rounded). Metadata say how the image was made.
"""

import argparse
from pathlib import Path

from .failure import run_or_explain


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m models.export.reference", description=__doc__.splitlines()[0])
    parser.add_argument("source", metavar="SOURCE", help="a folder in diffusers' layout, or a hub name")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="the .safetensors file to write")
    parser.add_argument("--clip", metavar="SOURCE", help="the CLIP of the text encoder; default SOURCE/clip, else OpenAI's ViT-L/14")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=4, help="of the whole image")
    parser.add_argument("--size", type=int, metavar="PX", help="side of every image; default the side that the model draws at")
    return parser.parse_args()


def main() -> None:
    options = parse()
    # After the arguments are read: --help need not wait for PyTorch.
    from .checkpoint import Checkpoint, quiet

    quiet()
    from .outputs import Reference

    Reference(Checkpoint(options.source, options.clip), options.seed, options.size).write(options.output, options.steps)
    print(options.output)


if __name__ == "__main__":
    run_or_explain(main)
