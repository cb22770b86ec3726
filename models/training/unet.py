"""Stage `unet`: InstructPix2Pix on the rendered examples, small enough for a laptop.

    python -m models.training.unet --work DIR --minutes 60 [--device cuda]
"""

import argparse
from pathlib import Path

import torch
from diffusers import DDPMScheduler, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from transformers import CLIPModel, CLIPTokenizer

from .clip import tokens
from .codec import SketchCodec
from .examples import batches
from .progress import Average, Clock, log, save

STIR = 0.3  # of the context's unit variance: what is a little beside a text still means the same
DROP = 0.05  # of the text, of the photo, and of both: what dual guidance needs (Brooks et al., 2023)


def build() -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=32, in_channels=16, out_channels=8, layers_per_block=1, block_out_channels=(96, 128, 192), norm_num_groups=16,
        down_block_types=("DownBlock2D", "DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=192, attention_head_dim=4,
    )


def schedule() -> DDPMScheduler:
    """v-prediction (Salimans and Ho, 2022): at the noisiest step it asks for the picture, at the cleanest for the noise."""
    return DDPMScheduler(beta_start=1e-4, beta_end=0.02, beta_schedule="linear", prediction_type="v_prediction", clip_sample=False)


def objective(predicted: torch.Tensor, target: torch.Tensor, latents: torch.Tensor, kept: torch.Tensor) -> torch.Tensor:
    """Squared error of the velocity. `kept`: the signal's share of the variance, of each sample.

    Weighed down where hardly any noise is left (there it asks for noise that nobody can tell), and by how much detail a drawing has:
    hatching has eighty times that of a line drawing, nearly all of it beyond prediction, and would drown the rest.
    """
    error = ((predicted - target) ** 2).mean((1, 2, 3))
    detail = latents[:, 1:6].pow(2).mean((1, 2, 3))
    return (error * (4 * (1 - kept)).clamp(max=1) / (0.3 + detail)).mean()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--batch", type=int, default=24)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    device = torch.device(options.device)
    tokenizer = CLIPTokenizer.from_pretrained(options.work / "tokenizer")
    text = CLIPModel.from_pretrained(options.work / "clip").text_model.requires_grad_(False).to(device).eval()
    codec, noising = SketchCodec.from_pretrained(options.work / "autoencoder").requires_grad_(False).to(device).eval(), schedule()
    torch.manual_seed(options.seed)
    unet = build().to(device, memory_format=torch.channels_last)
    if device.type == "cpu":
        unet.set_attn_processor(AttnProcessor())  # the fused attention's backward is slower there
    optimizer = torch.optim.AdamW(unet.parameters(), lr=6e-4, weight_decay=1e-2, fused=True)
    average, step = Average(unet), 0
    checkpoint = options.work / "unet.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location=device)
        unet.load_state_dict(state["model"])
        average.weights, average.steps, step = state["average"], state["step"], state["step"]
        if "optimizer" in state:  # the stage `unpack` knows of none
            optimizer.load_state_dict(state["optimizer"])

    def encode(texts: list[str], void: torch.Tensor) -> torch.Tensor:
        wording = ["" if dropped else wording for dropped, wording in zip(void, texts)]
        return text(input_ids=tokens(tokenizer, wording).to(device)).last_hidden_state

    clock, running = Clock(options.minutes), 0.0
    stream = batches(options.work / "photos.npy", 2**32 * options.seed + 2000 + step, options.batch, blend=True)
    generator = torch.Generator().manual_seed(2**32 * options.seed + step)
    while not clock.over():
        batch = next(stream)
        for group in optimizer.param_groups:
            group["lr"] = 6e-4 * min(1, (step + 1) / 100) * min(1.0, 0.02 + 2.5 * (1 - clock.spent()))
        with torch.no_grad():
            chance = torch.rand(options.batch, generator=generator)
            void = chance < 2 * DROP
            keep = ((chance < DROP) | (chance >= 3 * DROP)).float().view(-1, 1, 1, 1).to(device)
            first, second = (encode(batch[name], void) for name in ("instruction", "second"))
            share = batch["share"].to(device).view(-1, 1, 1)
            context = share * first + (1 - share) * second
            context += STIR * torch.rand(share.shape, generator=generator).to(device) * torch.randn(context.shape, generator=generator).to(device)
            target = codec.encode(batch["drawing"].to(device)).latent_dist.mode()
            photo = codec.encode(batch["photo"].to(device)).latent_dist.mode() * keep
            noise = torch.randn(target.shape, generator=generator).to(device)
            t = torch.randint(0, 1000, (options.batch,), generator=generator).to(device)
            sample = torch.cat([noising.add_noise(target, noise, t), photo], 1)
        with torch.autocast(device.type, torch.bfloat16):
            predicted = unet(sample.contiguous(memory_format=torch.channels_last), t, context).sample
        velocity = noising.get_velocity(target, noise, t)
        loss = objective(predicted.float(), velocity, target, noising.alphas_cumprod.to(device)[t])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(unet.parameters(), 1.0)
        optimizer.step()
        average.update(unet)
        step, running = step + 1, running + loss.item()
        if step % 25 == 0:
            log(options.work / "unet.jsonl", step=step, loss=running / 25, spent=clock.spent())
            running = 0.0
        if step % 200 == 0:
            save(_state(unet, optimizer, average, step), checkpoint)
    save(_state(unet, optimizer, average, step), checkpoint)


def _state(unet, optimizer, average, step) -> dict:
    return {"model": unet.state_dict(), "optimizer": optimizer.state_dict(), "average": average.weights, "step": step}


if __name__ == "__main__":
    main()
