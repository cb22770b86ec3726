"""Exports a diffusers InstructPix2Pix checkpoint (folder or hub name) with its CLIP as a silverpoint bundle.

    python -m models.export SOURCE -o DIR [--clip SOURCE] [--name NAME] [--weights float32|float16|bfloat16] [--guidance TEXT IMAGE]
        [--steps N] [--compressed]
"""

import argparse
from pathlib import Path

from .failure import run_or_explain

DEFAULT_GUIDANCE = (7.5, 1.5)  # edit_cli.py of timothybrooks/instruct-pix2pix


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m models.export", description=__doc__.splitlines()[0])
    parser.add_argument("source", metavar="SOURCE", help="a folder in diffusers' layout, or a hub name")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="the bundle to write; a bundle there is replaced")
    parser.add_argument("--clip", metavar="SOURCE", help="the CLIP of the text encoder; default SOURCE/clip, else OpenAI's ViT-L/14")
    parser.add_argument("--name", help="what the bundle is called; default the source's name")
    parser.add_argument("--weights", choices=("float32", "float16", "bfloat16"), default="float32", help="what weights are stored in")
    guidance = "how strongly instruction and photo guide unless a user says otherwise; default InstructPix2Pix's own 7.5 1.5"
    parser.add_argument("--guidance", nargs=2, type=float, default=DEFAULT_GUIDANCE, metavar=("TEXT", "IMAGE"), help=guidance)
    parser.add_argument("--steps", type=int, default=12, help="calls of the network a photo unless a user says otherwise; default 12")
    parser.add_argument("--compressed", action="store_true", help="smaller files, which take longer to read: half types by a twelfth")
    return parser.parse_args()


def main() -> None:
    options = parse()
    # After the arguments are read: --help need not wait for PyTorch.
    from .bundle import export
    from .checkpoint import Checkpoint, quiet

    quiet()
    checkpoint = Checkpoint(options.source, options.clip)
    name = options.name or checkpoint.name
    export(checkpoint, options.output, name, options.weights, options.guidance, options.steps, options.compressed)
    print(options.output)


if __name__ == "__main__":
    run_or_explain(main)
