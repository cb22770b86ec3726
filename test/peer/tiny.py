"""A seeded InstructPix2Pix checkpoint in diffusers' layout, shaped as Stable Diffusion 1.5 and small enough to commit.

    python -m test.peer.tiny -o FOLDER [--codec]        from the repository's root; --codec: a SketchCodec in the VAE's place
"""

import argparse
import json
from pathlib import Path

import torch
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionInstructPix2PixPipeline, UNet2DConditionModel
from transformers import CLIPConfig, CLIPModel, CLIPTokenizer
from transformers.utils.constants import OPENAI_CLIP_MEAN, OPENAI_CLIP_STD

from models.training.codec import SketchCodec

from .clip_bpe import tokenizer

MERGES = 2000
WIDTH, PROJECTION, SIDE = 32, 16, 32


def make_clip(words: CLIPTokenizer) -> CLIPModel:
    tower = dict(hidden_size=WIDTH, intermediate_size=4 * WIDTH, num_hidden_layers=2, num_attention_heads=4)
    ids = dict(bos_token_id=words.bos_token_id, eos_token_id=words.eos_token_id, pad_token_id=words.pad_token_id)
    return CLIPModel(CLIPConfig(
        text_config=dict(vocab_size=len(words), max_position_embeddings=77, projection_dim=PROJECTION, **tower, **ids),
        vision_config=dict(image_size=SIDE, patch_size=8, projection_dim=PROJECTION, **tower),
        projection_dim=PROJECTION,
    ))


def make_unet(latent_channels: int, sample_size: int) -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=sample_size, in_channels=2 * latent_channels, out_channels=latent_channels, layers_per_block=1, block_out_channels=(16, 32),
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"), up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        norm_num_groups=8, cross_attention_dim=WIDTH, attention_head_dim=4,
    )


def make_vae() -> AutoencoderKL:
    channels = (8, 8, 16, 16)
    return AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4, block_out_channels=channels,
        latent_channels=4, norm_num_groups=4, sample_size=64, scaling_factor=0.18215,
    )


def make_codec() -> SketchCodec:
    return SketchCodec(latent_channels=4, width=8, blocks=1)


def make_scheduler() -> DDIMScheduler:
    """Stable Diffusion's noise schedule, with the DDIM settings that its pipelines use."""
    return DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False, set_alpha_to_one=False, steps_offset=1,
    )


@torch.no_grad()
def randomise(module: torch.nn.Module, seed: int) -> None:
    """Weights that keep a signal's size from layer to layer, so that outputs and gradients are of order 1."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in module.named_parameters():
        values = torch.randn(parameter.shape, generator=generator)
        if parameter.dim() >= 2:
            parameter.copy_(values * parameter[0].numel() ** -0.5)
        elif parameter.dim() == 1:
            parameter.copy_(0.1 * values + (1 if name.endswith("weight") else 0))


def write(folder: Path, codec: bool = False) -> None:
    words = tokenizer(MERGES)
    clip, vae = make_clip(words), make_codec() if codec else make_vae()
    unet = make_unet(vae.config.latent_channels, sample_size=8)
    for seed, module in enumerate((clip, unet, vae)):
        randomise(module, seed)
    save(folder, words, clip, unet, vae)


def save(folder: Path, words: CLIPTokenizer, clip: CLIPModel, unet: UNet2DConditionModel, vae: torch.nn.Module) -> None:
    """A diffusers folder with the CLIP beside the pipeline's parts."""
    parts = dict(vae=vae, text_encoder=clip.text_model, tokenizer=words, unet=unet, scheduler=make_scheduler())
    pipeline = StableDiffusionInstructPix2PixPipeline(**parts, safety_checker=None, feature_extractor=None, requires_safety_checker=False)
    pipeline.save_pretrained(folder)
    clip.save_pretrained(folder / "clip")
    processor = dict(image_mean=OPENAI_CLIP_MEAN, image_std=OPENAI_CLIP_STD, size={"shortest_edge": clip.config.vision_config.image_size})
    (folder / "clip" / "preprocessor_config.json").write_text(json.dumps(processor, indent=2) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--codec", action="store_true", help="a SketchCodec in the VAE's place")
    options = parser.parse_args()
    write(options.output, options.codec)
    print(options.output)


if __name__ == "__main__":
    main()
