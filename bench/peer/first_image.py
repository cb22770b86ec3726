"""One photo to one PNG by diffusers' pipeline, in a process of its own: what a cold start costs.

    python -m bench.peer.first_image MODEL PHOTO OUT.png --sampler NAME [--steps 12] [--text-guidance 1] [--image-guidance 1] [--threads 2]
"""

import argparse

import torch

from .model import Model
from .schedulers import scheduler_of


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.peer.first_image", description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("photo")
    parser.add_argument("output")
    parser.add_argument("--sampler", required=True)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--text-guidance", type=float, default=1)
    parser.add_argument("--image-guidance", type=float, default=1)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    model = Model(options.model, torch.float32, "eager")
    pipe = model.pipeline()
    pipe.scheduler = scheduler_of(options.sampler, pipe.scheduler)
    drawn = pipe(
        "a pencil sketch", (model.pixels([options.photo]) + 1) / 2, num_inference_steps=options.steps,
        guidance_scale=options.text_guidance, image_guidance_scale=options.image_guidance,
    )
    drawn.images[0].save(options.output)


if __name__ == "__main__":
    main()
