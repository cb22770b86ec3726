"""Stage `unpack`: the embedded bundle back into a WORK folder, to train on from it or to give it to diffusers (`assemble`).

    python -m models.training.unpack --work DIR

Weights are the bundle's, of half precision; the optimiser begins anew.
"""

import argparse
import shutil
from pathlib import Path

import torch

from . import clip
from .codec import SketchCodec
from .progress import save
from .tokenizer import build as build_tokenizer
from .unet import build

BUNDLE = Path(__file__).parents[1] / "embedded"
# The role's name for a part -> its name in the CLIP model that transformers knows.
TEXT = {"position_embedding": "text_model.embeddings.position_embedding", "encoder": "text_model.encoder",
        "final_layer_norm": "text_model.final_layer_norm"}


def weights(role: str) -> dict[str, torch.Tensor]:
    return {name: value.detach().float() for name, value in torch.jit.load(BUNDLE / f"{role}.pt").named_parameters()}


def below(prefix: str, state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name.removeprefix(prefix): value for name, value in state.items()}


def clip_weights() -> dict[str, torch.Tensor]:
    """All but CLIP's temperature, which only its training knows."""
    text = {f"{TEXT[name.split('.')[0]]}.{name.split('.', 1)[1]}": value for name, value in weights("text_encode").items()}
    return {
        **text,
        "text_model.embeddings.token_embedding.weight": weights("text_embed")["token_embedding.weight"],
        "text_projection.weight": weights("text_project")["weight"],
        **weights("image_encode"),
    }


def fill(module: torch.nn.Module, state: dict[str, torch.Tensor], lacking: set[str] = frozenset()) -> None:
    missing, unexpected = module.load_state_dict(state, strict=False)
    wrong = [*unexpected, *(name for name in missing if name not in lacking)]
    if wrong:
        raise ValueError(f"The bundle is of another architecture than models/training builds: {wrong[:4]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True)
    work = parser.parse_args().work
    if (work / "unet.pt").exists():
        raise SystemExit(f"Expected a folder without a training in it, but {work} has unet.pt. Give another --work.")
    files = work / "tokenizer-files"
    files.mkdir(parents=True, exist_ok=True)
    for name in ("vocab.json", "merges.txt"):
        shutil.copyfile(BUNDLE / name, files / name)
    tokenizer = build_tokenizer(files)
    tokenizer.save_pretrained(work / "tokenizer")
    model = clip.build(tokenizer)
    fill(model, clip_weights(), {"logit_scale"})
    model.save_pretrained(work / "clip")
    codec = SketchCodec()
    fill(codec, {**below("vae.", weights("vae_encode")), **below("vae.", weights("vae_decode"))})
    codec.save_pretrained(work / "autoencoder")
    unet = build()
    fill(unet, below("unet.", weights("unet")))
    save({"model": unet.state_dict(), "average": unet.state_dict(), "step": 0}, work / "unet.pt")
    print(work)


if __name__ == "__main__":
    main()
