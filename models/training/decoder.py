"""Stage `decoder`: the codec's decoder anew, on what the network predicts in a drawing's last step.

    python -m models.training.decoder --work DIR --minutes 25 [--device cuda]

What is predicted is vaguer than a drawing's own latents, and its decoded picture vaguer still. Here the decoder learns to draw as much
as the true drawing has, where it has it, though no one can tell each stroke's place. The encoder, and so the network, stay as they are.
"""

import torch

from .autoencoder import NOISE, loss_of
from .codec import CHANNELS, SketchCodec
from .progress import Average, Clock, log, save
from .strokes import unlikeness
from .unet import Noised, build, noised, options, placed, predict, schedule

STROKES = 0.5  # what the strokes' unlikeness weighs beside the pixels'
PREDICTED = 0.75  # of a batch; the rest are drawings' own latents under noise, as in the stage `autoencoder`
LAST = (60, 260)  # the timesteps of last steps: 250 where four steps draw
RATE = 6e-4


def main() -> None:
    told = options(__doc__)
    device, checkpoint, step = told.device, told.work / "decoder.pt", 0
    torch.manual_seed(told.seed)
    unet = build()
    unet.load_state_dict(torch.load(told.work / "unet.pt", map_location=device)["average"])
    placed(unet, device).requires_grad_(False).eval()
    codec = SketchCodec.from_pretrained(told.work / "autoencoder").to(device, memory_format=torch.channels_last)
    decoder, kept = codec.decoder, schedule().alphas_cumprod.to(device)
    optimizer, average = torch.optim.AdamW(decoder.parameters(), lr=RATE, weight_decay=1e-4), Average(decoder)
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location=device)
        decoder.load_state_dict(state["model"]), optimizer.load_state_dict(state["optimizer"])
        average.weights, average.steps, step = state["average"], state["step"], state["step"]
    clock, pixels, strokes = Clock(told.minutes), 0.0, 0.0
    for batch in noised(told, step):
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1, (step + 1) / 50) * min(1.0, 0.02 + 2 * (1 - clock.spent()))
        latents, truth = given(unet, batch, kept), batch.picture
        with torch.autocast(device.type, torch.bfloat16):
            image = codec.decode(latents.contiguous(memory_format=torch.channels_last)).sample
        apart, unlike = loss_of(image.float(), truth), unlikeness(image.float(), truth)
        optimizer.zero_grad()
        (apart + STROKES * unlike).backward()
        torch.nn.utils.clip_grad_norm_(decoder.parameters(), 1.0)
        optimizer.step()
        average.update(decoder)
        step, pixels, strokes = step + 1, pixels + apart.detach(), strokes + unlike.detach()
        if step % 50 == 0:
            log(told.work / "decoder.jsonl", step=step, pixels=float(pixels) / 50, strokes=float(strokes) / 50, spent=clock.spent())
            pixels = strokes = 0.0
        if clock.over():
            break
    save({"model": decoder.state_dict(), "optimizer": optimizer.state_dict(), "average": average.weights, "step": step}, checkpoint)
    decoder.load_state_dict(average.weights)
    codec.save_pretrained(told.work / "autoencoder")


@torch.no_grad()
def given(unet: torch.nn.Module, batch: Noised, kept: torch.Tensor) -> torch.Tensor:
    """What is to be decoded, [B, 16, 32, 32]. `kept`: the signal's share of the variance at each timestep."""
    count = round(PREDICTED * len(batch.t))
    t = torch.randint(*LAST, (count,), device=batch.t.device)
    signal, noise = kept[t].view(-1, 1, 1, 1).sqrt(), (1 - kept[t]).view(-1, 1, 1, 1).sqrt()
    latents = signal * batch.target[:count] + noise * batch.noise[:count]
    velocity = predict(unet, torch.cat([latents, batch.sample[:count, CHANNELS:]], 1), t, batch.context[:count])
    own = batch.target[count:]
    own = own + NOISE * torch.rand(len(own), 1, 1, 1, device=own.device) * torch.randn_like(own)
    return torch.cat([signal * latents - noise * velocity, own])


if __name__ == "__main__":
    main()
