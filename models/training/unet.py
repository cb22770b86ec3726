"""Stage `unet`: InstructPix2Pix on the rendered examples, small enough for a laptop.

    python -m models.training.unet --work DIR --minutes 60 [--device cuda]

The network draws guided by one branch: its own prediction is the guided one. What is asked of it is the conditional one, which it and
its predictions for the empty text, with and without the photo, make up (guidance-free training, Chen et al., 2501.15420).
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers import DDPMScheduler, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from transformers import CLIPModel, CLIPTokenizer

from .clip import tokens
from .codec import CHANNELS, SketchCodec
from .examples import batches, signed
from .manner import Manner
from .progress import Average, Clock, log, save

STIR = 0.3  # of the context's unit variance: what is a little beside a text still means the same
TEXT = 2.0  # the guidance: above, colours drift
PHOTO = 0.5  # the guidance by the photo, beyond 1: without, drawings in an artist's manner kept too little of a face
TELLING = 3.0  # how much more, at most, is asked for where a face is told from others
INK = 3.0  # how much more, at most, is asked for where a drawing has strokes than where it has paper
DROP = 0.05  # of the text, of the photo, and of both: what dual guidance needs (Brooks et al., 2023)
RATE = 3e-4  # as much as batches of 16 bear that go on from what was trained; with 6e-4 it began
LARGE = 64  # samples a batch that bear twice that; four times that undid within 300 steps of 128 what the network knew
MANNER = 0.5  # how often measures of another drawing in the same manner are laid into the text's context


def build() -> UNet2DConditionModel:
    """The text is attended to where the picture is coarse, and, pooled and beside the timestep, it scales and shifts every feature
    (FiLM, Perez et al., 2018): a change of tone or colour is little else."""
    return UNet2DConditionModel(
        sample_size=32, in_channels=2 * CHANNELS, out_channels=CHANNELS, layers_per_block=1, block_out_channels=(96, 128, 192),
        norm_num_groups=16,
        down_block_types=("DownBlock2D", "DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=192, attention_head_dim=4,
        addition_embed_type="text", addition_embed_type_num_heads=6, time_embedding_dim=192, resnet_time_scale_shift="scale_shift",
    )


def schedule() -> DDPMScheduler:
    """v-prediction (Salimans and Ho, 2022): at the noisiest step it asks for the picture, at the cleanest for the noise."""
    return DDPMScheduler(beta_start=1e-4, beta_end=0.02, beta_schedule="linear", prediction_type="v_prediction", clip_sample=False)


def objective(predicted: torch.Tensor, target: torch.Tensor, latents: torch.Tensor, kept: torch.Tensor, telling: torch.Tensor) -> torch.Tensor:
    """Squared error of the velocity. `kept`: the signal's share of the variance, of each sample. `telling`: [B, 32, 32] in [0, 1].

    Weighed down where hardly any noise is left (there it asks for noise that nobody can tell), and by how much detail a drawing has:
    hatching has eighty times that of a line drawing, nearly all of it beyond prediction, and would drown the rest. Weighed up where
    the strokes are: a stroke that may be here or there would else be left out, and with it the eyes of a light drawing; and at the
    features, few pixels by which a face is told.
    """
    local = latents[:, 1:6].pow(2).mean(1)
    detail = local.mean((1, 2), keepdim=True)
    ink = (1 + (local / detail.clamp(min=1e-3)).clamp(max=INK)) * (1 + TELLING * telling)
    error = ((predicted - target).pow(2).mean(1) * ink / ink.mean((1, 2), keepdim=True)).mean((1, 2))
    return (error * (4 * (1 - kept)).clamp(max=1) / (0.3 + detail.flatten())).mean()


@dataclass
class Noised:
    """Examples as the network sees them: its inputs, and what they were noised by."""

    sample: torch.Tensor  # [B, 32, 32, 32]: the drawing's latents under noise, and the photo's
    t: torch.Tensor  # [B]
    context: torch.Tensor  # [B, 77, 192]
    target: torch.Tensor  # [B, 16, 32, 32]: the drawing's latents
    noise: torch.Tensor
    void: torch.Tensor  # [1, 77, 192]: the empty text's context
    picture: torch.Tensor  # [B, 3, 128, 128]: the drawing, in [-1, 1]
    telling: torch.Tensor  # [B, 32, 32]: where the face is told from others


def noised(told: argparse.Namespace, step: int) -> Iterator[Noised]:
    """Batches, text and photo dropped as dual guidance needs it. Noisy timesteps come more often, as they do when few steps draw.
    `told`: what `options` gives."""
    work, size, device = told.work, told.batch, told.device
    tokenizer = CLIPTokenizer.from_pretrained(work / "tokenizer")
    text = CLIPModel.from_pretrained(work / "clip").text_model.requires_grad_(False).to(device).eval()
    codec, noising = SketchCodec.from_pretrained(work / "autoencoder").requires_grad_(False).to(device).eval(), schedule()
    manner = Manner(text.config.hidden_size).to(device)
    generator = torch.Generator(device).manual_seed(2**32 * told.seed + step)

    def contexts(texts: list[str]) -> torch.Tensor:
        return text(input_ids=tokens(tokenizer, texts).to(device)).last_hidden_state

    def latents(pixels: torch.Tensor) -> torch.Tensor:
        return codec.encode(signed(pixels)).latent_dist.mode()

    @torch.no_grad()
    def encode(batch: dict) -> dict[str, torch.Tensor]:
        batch |= {name: value.to(device) for name, value in batch.items() if torch.is_tensor(value)}
        pictures = {"target": latents(batch["drawing"]), "photo": latents(batch["photo"])}
        laid = manner(signed(batch["model"]), signed(batch["sample"]))
        texts = {"first": contexts(batch["instruction"]), "second": contexts(batch["second"]), "share": batch["share"]}
        return {**pictures, **texts, "laid": laid, "picture": batch["drawing"], "telling": batch["telling"]}

    def uniform() -> torch.Tensor:
        return torch.rand(size, 1, 1, generator=generator, device=device)

    def normal(like: torch.Tensor) -> torch.Tensor:
        return torch.randn(like.shape, generator=generator, device=device)

    with torch.no_grad():
        void = contexts([""])
    for batch in batches(work / "photos.npy", 2**32 * told.seed + 2000 + step, size, encode, blend=True, echo=told.echo):
        chance = uniform()
        share = batch["share"].view(-1, 1, 1)
        context = share * batch["first"] + (1 - share) * batch["second"]
        context += (uniform() < MANNER) * batch["laid"].unsqueeze(1)
        context = torch.where(chance < 2 * DROP, void, context)
        context += STIR * uniform() * normal(context)
        keep = ((chance < DROP) | (chance >= 3 * DROP)).float().unsqueeze(-1)
        target = batch["target"]
        noise = normal(target)
        t = (1000 * uniform().flatten().sqrt()).long()
        sample = torch.cat([noising.add_noise(target, noise, t), batch["photo"] * keep], 1)
        yield Noised(sample, t, context, target, noise, void, signed(batch["picture"]), batch["telling"])


def predict(unet: UNet2DConditionModel, sample: torch.Tensor, t: torch.Tensor, context: torch.Tensor) -> torch.Tensor:
    with torch.autocast(sample.device.type, torch.bfloat16):
        return unet(sample.contiguous(memory_format=torch.channels_last), t, context).sample.float()


def options(description: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--batch", type=int, default=24)
    parser.add_argument("--echo", type=int, default=4, help="how often an example is drawn: more where rendering is what is waited for")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", type=torch.device, default="cpu")
    return parser.parse_args()


def placed(unet: UNet2DConditionModel, device: torch.device) -> UNet2DConditionModel:
    # The fused attention's backward is slower on the CPU, and cuDNN's gives NaN for heads of 48 (PyTorch 2.11, an H100).
    unet.set_attn_processor(AttnProcessor())
    if device.type != "cpu":
        torch.backends.cudnn.benchmark = True
        torch.backends.cuda.matmul.allow_tf32 = True
    return unet.to(device, memory_format=torch.channels_last)


def empty(unet: UNet2DConditionModel, batch: Noised) -> tuple[torch.Tensor, torch.Tensor]:
    """Predictions for the empty text: of the photo, and of none."""
    latents = batch.sample[:, :CHANNELS]
    samples = torch.cat([batch.sample, torch.cat([latents, torch.zeros_like(latents)], 1)])
    with torch.no_grad():
        return predict(unet, samples, batch.t.repeat(2), batch.void.expand(len(samples), -1, -1)).chunk(2)


def conditional(unet: UNet2DConditionModel, batch: Noised) -> torch.Tensor:
    """What guides the network's prediction, solved for. With c, i and n the conditional predictions of text and photo, of the photo
    and of neither, guided = i + TEXT (c - i) + PHOTO (i - n); so for the empty text it is i + PHOTO (i - n)."""
    photo, neither = empty(unet, batch)
    return (photo + PHOTO * neither) / (1 + PHOTO) + (predict(unet, batch.sample, batch.t, batch.context) - photo) / TEXT


def fit(told: argparse.Namespace, asked: Callable[[UNet2DConditionModel, Noised], tuple[torch.Tensor, torch.Tensor]]) -> None:
    """Trains until the minutes are over, from WORK/unet.pt on where it is there. `asked`: a prediction, and what it should be."""
    torch.manual_seed(told.seed)
    unet = placed(build(), told.device)
    checkpoint, kept = told.work / "unet.pt", schedule().alphas_cumprod.to(told.device)
    optimizer = torch.optim.AdamW(unet.parameters(), lr=RATE, weight_decay=1e-2, fused=True)
    average, step = Average(unet), 0
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location=told.device)
        unet.load_state_dict(state["model"])
        average.weights, average.steps, step = state["average"], state["step"], state["step"]
        if "optimizer" in state:  # the stage `unpack` knows of none
            optimizer.load_state_dict(state["optimizer"])
    clock, running, rate = Clock(told.minutes), 0.0, RATE * (2 if told.batch >= LARGE else 1)
    for batch in noised(told, step):
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1, (step + 1) / 100) * min(1.0, 0.02 + 2.5 * (1 - clock.spent()))
        predicted, target = asked(unet, batch)
        loss = objective(predicted, target, batch.target, kept[batch.t], batch.telling)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(unet.parameters(), 1.0)
        optimizer.step()
        average.update(unet)
        step, running = step + 1, running + loss.detach()
        if step % 25 == 0:
            log(told.work / "unet.jsonl", step=step, loss=float(running) / 25, spent=clock.spent())
            running = 0.0
        if step % 200 == 0 or clock.over():
            save(_state(unet, optimizer, average, step), checkpoint)
        if clock.over():
            return


def main() -> None:
    noising = schedule()
    fit(options(__doc__), lambda unet, batch: (conditional(unet, batch), noising.get_velocity(batch.target, batch.noise, batch.t)))


def _state(unet, optimizer, average, step) -> dict:
    return {"model": unet.state_dict(), "optimizer": optimizer.state_dict(), "average": average.weights, "step": step}


if __name__ == "__main__":
    main()
