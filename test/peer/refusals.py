"""What the exporter must refuse: each with exit code 1, one line on stderr that names the matter, and nothing left behind.

    python -m test.peer.refusals        from the repository's root, after test.peer.make
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from models.export import roles
from models.export.checkpoint import Checkpoint
from models.export.failure import ExportError
from models.export.graph_check import check_graph

SOURCE, FOLDER = Path("build/peer/tiny"), Path("build/peer/refusals")


def change(file: str, **settings) -> Callable[[Path], None]:
    def apply(checkpoint: Path) -> None:
        path = checkpoint / file
        path.write_text(json.dumps(json.loads(path.read_text()) | settings))

    return apply


def retrain_text_encoder(checkpoint: Path) -> None:
    path = checkpoint / "text_encoder/model.safetensors"
    weights = load_file(path)
    weights["final_layer_norm.weight"] = weights["final_layer_norm.weight"] + 0.01
    save_file(weights, path, {"format": "pt"})


def truncate_unet(checkpoint: Path) -> None:
    path = checkpoint / "unet/diffusion_pytorch_model.safetensors"
    path.write_bytes(path.read_bytes()[:1000])


def remove_image_tower(checkpoint: Path) -> None:
    shutil.rmtree(checkpoint / "clip")
    shutil.copytree(checkpoint / "text_encoder", checkpoint / "clip")


def remove_a_weight(checkpoint: Path) -> None:
    path = checkpoint / "vae/diffusion_pytorch_model.safetensors"
    weights = load_file(path)
    del weights["decoder.conv_out.bias"]
    save_file(weights, path, {"format": "pt"})


def block_output(checkpoint: Path) -> None:
    output = checkpoint.with_name("bundle")
    output.mkdir()
    (output / "notes.txt").write_text("not a bundle")


# name, what is done to a copy of the checkpoint, what the line must say
CASES: list[tuple[str, Callable[[Path], None], tuple[str, ...]]] = [
    ("no such folder", shutil.rmtree, ("refusals/checkpoint",)),
    ("no UNet", lambda checkpoint: shutil.rmtree(checkpoint / "unet"), ("part unet",)),
    ("truncated weights", truncate_unet, ("part unet",)),
    ("a text encoder of its own", retrain_text_encoder, ("refusals/checkpoint", "refusals/checkpoint/clip", "final_layer_norm.weight", "0.01")),
    ("a CLIP with no image tower", remove_image_tower, ("refusals/checkpoint/clip", "image towers")),
    ("a VAE short of a weight", remove_a_weight, ("part vae", "decoder.conv_out.bias")),
    ("a text-to-image UNet", change("unet/config.json", in_channels=4), ("from 8 channels", "from 4")),
    ("another kind of VAE", change("vae/config.json", _class_name="VQModel"), ("VQModel",)),
    ("an unknown noise schedule", change("scheduler/scheduler_config.json", beta_schedule="sigmoid"), ("beta_schedule", "sigmoid")),
    ("trained betas", change("scheduler/scheduler_config.json", trained_betas=[0.1]), ("trained_betas",)),
    ("an output that is no bundle", block_output, ("refusals/bundle",)),
]


def refused(spoil: Callable[[Path], None], words: tuple[str, ...]) -> bool:
    shutil.rmtree(FOLDER, ignore_errors=True)
    checkpoint, output = FOLDER / "checkpoint", FOLDER / "bundle"
    shutil.copytree(SOURCE, checkpoint)
    spoil(checkpoint)
    before = sorted(FOLDER.rglob("*"))
    command = [sys.executable, "-m", "models.export", str(checkpoint), "-o", str(output)]
    run = subprocess.run(command, capture_output=True, text=True)
    last = run.stderr.strip().splitlines()[-1]
    good = run.returncode == 1 and run.stdout == "" and last.startswith("error: Expected ") and all(word in last for word in words)
    print(f"     {last}")
    return good and sorted(FOLDER.rglob("*")) == before


def plain_trace_refused() -> bool:
    """The UNet as torch.jit.trace leaves it without the exporter's help."""
    unet = roles.UNet(Checkpoint(str(SOURCE)).unet())
    traced = torch.jit.trace(unet, (torch.ones(2, 8, 8, 8), torch.ones(2), torch.ones(2, 7, 32)), check_trace=False)
    try:
        check_graph("unet", traced)
    except ExportError as error:
        print(f"     {error}")
        return "aten::to (a cast)" in str(error) and "prim::Constant (the device cpu)" in str(error)
    return False


def main() -> None:
    results = {"a plain trace": plain_trace_refused()}
    for name, spoil, words in CASES:
        results[name] = refused(spoil, words)
    for name, good in results.items():
        print(f"{'ok  ' if good else 'FAIL'} {name}")
    sys.exit(0 if all(results.values()) else 1)


if __name__ == "__main__":
    main()
