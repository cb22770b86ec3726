"""What bundle.json says of a checkpoint: the TypeScript side reads it first (lib/bundle/manifest.ts)."""

import json
from pathlib import Path
from typing import Any

import diffusers
import torch
import transformers
from transformers import CLIPModel, CLIPTokenizer

from .checkpoint import Checkpoint
from .failure import ExportError
from .folder import file_entry

_BETA_SCHEDULES = ("linear", "scaled_linear", "squaredcos_cap_v2")
_PREDICTIONS = ("epsilon", "v_prediction", "sample")


def latents(vae: torch.nn.Module) -> dict[str, Any]:
    config = vae.config
    # As diffusers' pipelines read the downscale.
    downscale = 2 ** (len(config.block_out_channels) - 1)
    return {"channels": config.latent_channels, "downscale": downscale, "scalingFactor": config.scaling_factor}


def resolution(unet: dict[str, Any], latents: dict[str, Any]) -> int:
    """Side in px that the model draws at, from the UNet's settings."""
    channels = unet.get("in_channels", 4), unet.get("out_channels", 4)
    if channels != (2 * latents["channels"], latents["channels"]):
        raise ExportError(
            f"a UNet from {2 * latents['channels']} channels (noised latents beside a photo's) to {latents['channels']}",
            f"it goes from {channels[0]} to {channels[1]}",
            "Use an InstructPix2Pix checkpoint: text-to-image ones cannot see a photo.",
        )
    side = unet.get("sample_size")
    if not isinstance(side, int):
        raise ExportError("the UNet's sample_size to be the side of its latents", f"it is {side}", "Set it in unet/config.json.")
    return side * latents["downscale"]


def text(clip: CLIPModel) -> dict[str, int]:
    config = clip.config.text_config
    return {
        "tokens": config.max_position_embeddings, "width": config.hidden_size, "vocabulary": config.vocab_size,
        "projection": clip.config.projection_dim,
    }


def image(clip: CLIPModel, checkpoint: Checkpoint) -> dict[str, Any]:
    mean, std = checkpoint.pixel_statistics()
    return {"side": clip.config.vision_config.image_size, "mean": mean, "std": std}


def schedule(config: dict[str, Any]) -> dict[str, Any]:
    """The noise schedule of a scheduler's settings, absent ones as diffusers' DDPMScheduler has them."""
    for name in ("trained_betas", "rescale_betas_zero_snr"):
        if config.get(name):
            wanted = "a noise schedule given by beta_start, beta_end and beta_schedule"
            raise ExportError(wanted, f"the scheduler sets {name}", "Use another checkpoint.")
    kind, prediction = config.get("beta_schedule", "linear"), config.get("prediction_type", "epsilon")
    _one_of("beta_schedule", kind, _BETA_SCHEDULES)
    _one_of("prediction_type", prediction, _PREDICTIONS)
    return {
        "timesteps": config.get("num_train_timesteps", 1000), "betaSchedule": kind, "betaStart": config.get("beta_start", 0.0001),
        "betaEnd": config.get("beta_end", 0.02), "predictionType": prediction,
    }


def _one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ExportError(f"the scheduler's {name} to be one of {', '.join(known)}", f"it is {value}", "Use another checkpoint.")


def tokenizer(folder: Path, words: CLIPTokenizer, vocabulary: int) -> dict[str, Any]:
    """Writes vocab.json and merges.txt as CLIP has them, and describes them."""
    model = json.loads(words.backend_tokenizer.to_str())["model"]
    if len(model["vocab"]) != vocabulary:
        raise ExportError(
            f"a tokenizer of {vocabulary} entries, as many as the text encoder's table has", f"it has {len(model['vocab'])}",
            "Use the tokenizer that the checkpoint was trained with.",
        )
    ordered = dict(sorted(model["vocab"].items(), key=lambda entry: entry[1]))
    (folder / "vocab.json").write_text(json.dumps(ordered, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    lines = ["#version: 0.2", *(" ".join(pair) for pair in model["merges"])]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    ids = {"bos": words.bos_token_id, "eos": words.eos_token_id, "pad": words.pad_token_id}
    return {"vocabulary": file_entry(folder / "vocab.json"), "merges": file_entry(folder / "merges.txt"), **ids}


def source(checkpoint: Checkpoint, stored_as: str) -> dict[str, str]:
    return {
        "name": checkpoint.name, "torch": torch.__version__, "diffusers": diffusers.__version__, "transformers": transformers.__version__,
        "storedAs": stored_as,
    }
