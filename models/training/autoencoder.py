"""Stage `autoencoder`: the codec, on photos and drawings.

    python -m models.training.autoencoder --work DIR --minutes 15 [--device cuda]
"""

import argparse
from pathlib import Path

import torch
from torch.nn.functional import avg_pool2d, l1_loss

from .codec import CHANNELS, SketchCodec
from .examples import batches, signed
from .progress import Clock, log, save

NOISE = 0.35  # the most, of a latent's unit deviation


def lightness_start(codec: SketchCodec) -> None:
    """The encoder begins with the lowest frequencies of the lightness and of two colour differences."""
    x = torch.arange(8) + 0.5
    waves = torch.cos(torch.pi / 8 * x[None] * torch.arange(7)[:, None]) * torch.hann_window(10)[1:9]
    colours = torch.tensor([[1.0, 1, 1], [1, 0, -1], [-1, 2, -1]])
    kinds = [(0, 0, 0), (0, 2, 0), (2, 0, 0), (2, 2, 0), (4, 0, 0), (0, 4, 0), (0, 0, 1), (0, 0, 2)]
    kinds += [(2, 4, 0), (4, 2, 0), (4, 4, 0), (0, 6, 0), (6, 0, 0), (0, 2, 1), (2, 0, 1), (0, 2, 2)]
    for weight, (row, column, colour) in zip(codec.encoder.weight.data, kinds, strict=True):
        weight.copy_(colours[colour][:, None, None] * waves[row][:, None] * waves[column])
    codec.encoder.bias.data.zero_()


def folded(codec: SketchCodec, mean: torch.Tensor, deviation: torch.Tensor) -> dict:
    """The weights with the latents' normalisation in the encoder."""
    state = {name: value.clone() for name, value in codec.state_dict().items()}
    state["encoder.weight"] /= deviation.view(-1, 1, 1, 1)
    state["encoder.bias"] = (state["encoder.bias"] - mean) / deviation
    return state


def loss_of(image: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """L1 of pixels, of their differences (what lines are made of) and of the picture at half its size."""
    down = (image - target)[..., 1:, :] - (image - target)[..., :-1, :]
    across = (image - target)[..., 1:] - (image - target)[..., :-1]
    return l1_loss(image, target) + 0.5 * (down.abs().mean() + across.abs().mean()) + l1_loss(avg_pool2d(image, 2), avg_pool2d(target, 2))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    device, checkpoint, step = torch.device(options.device), options.work / "autoencoder.pt", 0
    torch.manual_seed(options.seed)
    codec = SketchCodec().to(device, memory_format=torch.channels_last)
    lightness_start(codec)
    optimizer = torch.optim.AdamW(codec.parameters(), lr=1e-3, weight_decay=1e-4)
    mean, deviation = torch.zeros(CHANNELS, device=device), torch.ones(CHANNELS, device=device)
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location=device)
        codec.load_state_dict(state["model"]), optimizer.load_state_dict(state["optimizer"])
        mean, deviation, step = state["mean"], state["deviation"], state["step"]
    clock, running = Clock(options.minutes), 0.0

    def encode(batch: dict) -> dict[str, torch.Tensor]:
        return {"image": torch.cat([batch["drawing"], batch["photo"][: len(batch["photo"]) // 4]]).to(device)}

    stream = batches(options.work / "photos.npy", 2**32 * options.seed + 3000 + step, options.batch, encode)
    while not clock.over():
        image = signed(next(stream)["image"])
        for group in optimizer.param_groups:
            group["lr"] = 1e-3 * min(1, (step + 1) / 50) * min(1.0, 0.02 + 2 * (1 - clock.spent()))
        latents = codec.encode(image).latent_dist.mode()
        with torch.no_grad():
            memory = min(0.99, step / (step + 10))
            mean = memory * mean + (1 - memory) * latents.mean((0, 2, 3))
            deviation = memory * deviation + (1 - memory) * latents.std((0, 2, 3))
        # Normalised by the batch itself: the encoder must not grow away from the noise.
        latents = (latents - latents.mean((0, 2, 3), keepdim=True)) / latents.std((0, 2, 3), keepdim=True)
        latents = latents + NOISE * torch.rand(len(image), 1, 1, 1, device=device) * torch.randn_like(latents)
        with torch.autocast(device.type, torch.bfloat16):
            decoded = codec.decode(latents).sample
        loss = loss_of(decoded.float(), image)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(codec.parameters(), 1.0)
        optimizer.step()
        step, running = step + 1, running + loss.item()
        if step % 25 == 0:
            log(options.work / "autoencoder.jsonl", step=step, loss=running / 25, spent=clock.spent())
            running = 0.0
    state = {"model": codec.state_dict(), "optimizer": optimizer.state_dict(), "mean": mean, "deviation": deviation, "step": step}
    save(state, checkpoint)
    codec.load_state_dict(folded(codec, mean, deviation))
    codec.save_pretrained(options.work / "autoencoder")


if __name__ == "__main__":
    main()
