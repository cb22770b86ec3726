"""The full architecture of Stable Diffusion 1.5's InstructPix2Pix with seeded random weights, in diffusers' layout.

    python -m test.peer.sd15 -o FOLDER [--dtype float32|bfloat16]        from the repository's root; 6 GB in float32

UNet with 860 M parameters and 8 input channels, VAE, and CLIP ViT-L/14 with the full vocabulary: for measuring time, memory and
parity at full size where the real weights cannot be had.
"""

import argparse
from pathlib import Path

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPConfig, CLIPModel, CLIPTokenizer

from .clip_bpe import tokenizer
from .tiny import randomise, save


def make_clip(words: CLIPTokenizer) -> CLIPModel:
    """openai/clip-vit-large-patch14."""
    ids = dict(bos_token_id=words.bos_token_id, eos_token_id=words.eos_token_id, pad_token_id=words.pad_token_id)
    return CLIPModel(CLIPConfig(
        text_config=dict(
            vocab_size=len(words), hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12,
            projection_dim=768, **ids,
        ),
        vision_config=dict(
            image_size=224, patch_size=14, hidden_size=1024, intermediate_size=4096, num_hidden_layers=24, num_attention_heads=16,
            projection_dim=768,
        ),
        projection_dim=768,
    ))


def make_unet() -> UNet2DConditionModel:
    """What UNet2DConditionModel is by default, but for these: its 8 attention heads are called attention_head_dim."""
    return UNet2DConditionModel(sample_size=64, in_channels=8, out_channels=4, cross_attention_dim=768, attention_head_dim=8)


def make_vae() -> AutoencoderKL:
    return AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4, block_out_channels=(128, 256, 512, 512),
        layers_per_block=2, latent_channels=4, sample_size=512, scaling_factor=0.18215,
    )


def write(folder: Path, dtype: torch.dtype) -> None:
    words = tokenizer()
    clip, unet, vae = make_clip(words), make_unet(), make_vae()
    for seed, module in enumerate((clip, unet, vae)):
        randomise(module, seed)
        module.to(dtype)
    save(folder, words, clip, unet, vae)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--dtype", choices=("float32", "bfloat16"), default="float32")
    options = parser.parse_args()
    write(options.output, getattr(torch, options.dtype))
    print(options.output)


if __name__ == "__main__":
    main()
