"""A picture of what the UNet draws so far: held-out photos, one row an instruction.

    python -m models.training.look --work DIR -o look.png
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
import torch
from diffusers import DDIMScheduler
from transformers import CLIPModel, CLIPTokenizer

from .clip import tokens
from .codec import SketchCodec
from .unet import build, schedule

INSTRUCTIONS = (
    "a pencil sketch", "a grey photo", "turn the photo into a dark line portrait with dark hair and soft shading",
    "draw it as a light artist's line sketch with thin lines, hair in few strands, no shading", "a shaded portrait with dark hair",
    "make it an ink drawing with heavy shadows, white background", "a charcoal drawing", "a hatching drawing", "sepia photo", "a cartoon",
)


@torch.no_grad()
def draw(unet, text, tokenizer, codec, photos: torch.Tensor, instruction: str, steps: int = 20) -> torch.Tensor:
    scheduler = DDIMScheduler.from_config(schedule().config, timestep_spacing="trailing")
    scheduler.set_timesteps(steps)
    context = text(input_ids=tokens(tokenizer, [instruction] * len(photos))).last_hidden_state
    encoded = codec.encode(photos).latent_dist.mode()
    latents = torch.randn(encoded.shape, generator=torch.Generator().manual_seed(0))
    for t in scheduler.timesteps:
        with torch.autocast("cpu", torch.bfloat16):
            predicted = unet(torch.cat([latents, encoded], 1), t, context).sample
        latents = scheduler.step(predicted.float(), t, latents).prev_sample
    return codec.decode(latents).sample


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--count", type=int, default=6, help="photos")
    options = parser.parse_args()
    unet = build()
    unet.load_state_dict(torch.load(options.work / "unet.pt", map_location="cpu")["average"])
    tokenizer = CLIPTokenizer.from_pretrained(options.work / "tokenizer")
    text = CLIPModel.from_pretrained(options.work / "clip").text_model
    codec = SketchCodec.from_pretrained(options.work / "autoencoder")
    stored = np.load(options.work / "photos-held.npy", mmap_mode="r")["image"][: options.count, 8:136, 8:136, :3]
    photos = torch.from_numpy(stored.transpose(0, 3, 1, 2).copy()).float() / 127.5 - 1
    rows = [photos, *(draw(unet, text, tokenizer, codec, photos, instruction) for instruction in INSTRUCTIONS)]
    sheet = torch.cat([torch.cat(list(row), 2) for row in rows], 1).clamp(-1, 1).permute(1, 2, 0).numpy()
    cv2.imwrite(str(options.output), cv2.cvtColor((127.5 * (sheet + 1)).astype(np.uint8), cv2.COLOR_RGB2BGR))


if __name__ == "__main__":
    main()
