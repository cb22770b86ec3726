"""Stage `assemble`: the trained parts as one diffusers InstructPix2Pix folder, with its CLIP and the measures of manner beside them.

    python -m models.training.assemble --work DIR -o FOLDER
"""

import argparse
import json
from pathlib import Path

import torch
from diffusers import StableDiffusionInstructPix2PixPipeline
from transformers import CLIPModel, CLIPTokenizer

from .codec import SketchCodec
from .manner import Manner
from .unet import build, schedule


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("-o", "--output", type=Path, required=True)
    options = parser.parse_args()
    unet = build()
    unet.load_state_dict(torch.load(options.work / "unet.pt", map_location="cpu")["average"])
    clip = CLIPModel.from_pretrained(options.work / "clip")
    tokenizer = CLIPTokenizer.from_pretrained(options.work / "tokenizer")
    parts = dict(vae=SketchCodec.from_pretrained(options.work / "autoencoder"), text_encoder=clip.text_model, tokenizer=tokenizer, unet=unet, scheduler=schedule())
    pipeline = StableDiffusionInstructPix2PixPipeline(**parts, safety_checker=None, feature_extractor=None, requires_safety_checker=False)
    pipeline.save_pretrained(options.output)
    clip.save_pretrained(options.output / "clip")
    Manner(clip.config.text_config.hidden_size).save_pretrained(options.output / "manner")
    side = clip.config.vision_config.image_size
    processor = dict(image_mean=[0.5] * 3, image_std=[0.5] * 3, size={"shortest_edge": side})
    (options.output / "clip" / "preprocessor_config.json").write_text(json.dumps(processor, indent=2) + "\n")
    print(options.output)


if __name__ == "__main__":
    main()
