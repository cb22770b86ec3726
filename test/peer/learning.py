"""Writes test/fixtures/learning.safetensors: instruction tuning as a plain PyTorch loop on the tiny model.

    python -m test.peer.learning [--source build/peer/tiny]
"""

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from diffusers import AutoencoderKL, DDPMScheduler, DPMSolverMultistepScheduler, UNet2DConditionModel
from torch.nn.functional import avg_pool2d, cosine_similarity, interpolate, l1_loss, mse_loss
from transformers import CLIPModel, CLIPTextModel, CLIPTokenizer

from models.export.checkpoint import quiet
from models.export.tensor_file import save_tensors

from .philox import normal

TARGET = Path("test/fixtures/learning.safetensors")
TEXT, SEED, STEPS = "a pencil sketch of a face, soft shading", 7, 20
TIMESTEPS = [981, 3, 507, 250, 750, 120, 640, 33, 870, 411, 999, 0, 560, 222, 317, 903, 77, 688, 471, 145]


@dataclass
class Case:
    """A recipe's choices, under the names of lib/style/recipe.ts."""

    learningRate: float = 1e-3
    guided: bool = False
    clampCosine: bool = False
    editSign: str = "towards"
    clipGradient: float = 0
    pairs: int = 1
    noisePerTimestep: bool = False
    edit: float = 0.1


CASES = {
    "paper": Case(),
    "visii": Case(guided=True, clampCosine=True, noisePerTimestep=True),
    "gentle": Case(learningRate=5e-3),
    "as-printed": Case(editSign="as-printed", edit=5),
    "clipped": Case(clipGradient=0.01),
    "three-pairs": Case(pairs=3),
}


class Model:
    def __init__(self, source: Path):
        self.unet = UNet2DConditionModel.from_pretrained(source, subfolder="unet").requires_grad_(False)
        self.vae = AutoencoderKL.from_pretrained(source, subfolder="vae").requires_grad_(False)
        self.text = CLIPTextModel.from_pretrained(source, subfolder="text_encoder").requires_grad_(False)
        self.clip = CLIPModel.from_pretrained(source / "clip").requires_grad_(False)
        self.tokenizer = CLIPTokenizer.from_pretrained(source, subfolder="tokenizer")
        self.schedule = DDPMScheduler.from_pretrained(source, subfolder="scheduler")
        processor = json.loads((source / "clip" / "preprocessor_config.json").read_text())
        self.mean, self.std = (torch.tensor(processor[key]).view(1, 3, 1, 1) for key in ("image_mean", "image_std"))

    def encode_text(self, text: str) -> tuple[torch.Tensor, int]:
        """Output [1, 77, width] and the position of the end token."""
        ids = self.tokenizer(text, padding="max_length", max_length=77, return_tensors="pt").input_ids
        return self.text(ids).last_hidden_state, ids[0].tolist().index(self.tokenizer.eos_token_id)

    def encode_images(self, images: torch.Tensor) -> torch.Tensor:
        side = self.clip.config.vision_config.image_size
        small = interpolate(images, (side, side), mode="bicubic", antialias=True).clamp(-1, 1)
        pixels = ((small + 1) / 2 - self.mean) / self.std
        return self.clip.visual_projection(self.clip.vision_model(pixel_values=pixels).pooler_output)


class Loss:
    """4 L_rec + 0.1 L_edit of Eq. 6, by the choices of a case."""

    def __init__(self, model: Model, case: Case, photos: torch.Tensor, sketches: torch.Tensor):
        self.model, self.case = model, case
        self.negative, _ = model.encode_text("")
        self.photo_latents = model.vae.encode(photos).latent_dist.mode()
        self.sketch_latents = model.vae.encode(sketches).latent_dist.mode() * model.vae.config.scaling_factor
        self.direction = (model.encode_images(sketches) - model.encode_images(photos)).mean(0, keepdim=True)

    def noise(self, draw: int) -> torch.Tensor:
        return normal(self.sketch_latents.shape[1:], SEED, list(range(self.case.pairs)), draw)

    def __call__(self, context: torch.Tensor, timestep: int, draw: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        noise, t = self.noise(draw), torch.full((self.case.pairs,), timestep)
        noised = self.model.schedule.add_noise(self.sketch_latents, noise, t)
        reconstruction = mse_loss(self.predict(noised, t, context), noise)
        projected = self.model.clip.text_projection(context.mean(1))
        cosine = cosine_similarity(projected, self.direction).mean()
        if self.case.editSign == "as-printed":
            edit = cosine
        else:
            edit = 1 - (cosine.clamp(-1, 0.5) if self.case.clampCosine else cosine)
        return 4 * reconstruction + self.case.edit * edit, reconstruction, edit

    def predict(self, noised: torch.Tensor, t: torch.Tensor, context: torch.Tensor) -> torch.Tensor:
        one = lambda photo, text: self.model.unet(torch.cat([noised, photo], 1), t, text.expand(len(t), -1, -1)).sample
        text = one(self.photo_latents, context)
        if not self.case.guided:
            return text
        with torch.no_grad():
            image, uncond = one(self.photo_latents, self.negative), one(torch.zeros_like(self.photo_latents), self.negative)
        return uncond + 7.5 * (text - image) + 1.5 * (image - uncond)


def learn(model: Model, case: Case, photos: torch.Tensor, sketches: torch.Tensor) -> dict[str, torch.Tensor]:
    loss = Loss(model, case, photos[: case.pairs], sketches[: case.pairs])
    context, eos = model.encode_text(TEXT)
    initial = context[:, 1:eos].clone()
    rows = initial.clone().requires_grad_()
    optimizer = torch.optim.AdamW([rows], lr=case.learningRate, weight_decay=0.01)
    seen, lowest, best = [], float("inf"), None
    for step, timestep in enumerate(TIMESTEPS):
        total, reconstruction, edit = loss(torch.cat([context[:, :1], rows, context[:, eos:]], 1), timestep, draw_of(case, step))
        if reconstruction.item() < lowest:
            lowest, best = reconstruction.item(), rows.detach().clone()
        optimizer.zero_grad()
        total.backward()
        if case.clipGradient:
            torch.nn.utils.clip_grad_norm_([rows], case.clipGradient)
        optimizer.step()
        seen.append([total.item(), reconstruction.item(), edit.item()])
    return {"losses": torch.tensor(seen, dtype=torch.float64), "initial": initial, "final": rows.detach(), "lowest": best}


def draw_of(case: Case, step: int) -> int:
    return TIMESTEPS[step] if case.noisePerTimestep else step


def gradients(model: Model, photos: torch.Tensor, sketches: torch.Tensor) -> dict[str, torch.Tensor]:
    """Of each loss, to the learned rows of the initial text."""
    loss = Loss(model, Case(), photos[:1], sketches[:1])
    context, eos = model.encode_text(TEXT)
    rows = context[:, 1:eos].clone().requires_grad_()
    values = loss(torch.cat([context[:, :1], rows, context[:, eos:]], 1), 500, 0)
    names = ("total", "reconstruction", "edit")
    return {name: torch.autograd.grad(value, rows, retain_graph=True)[0] for name, value in zip(names, values)}


# lib/style/drawing-loss.ts
DRAWING = {"steps": 3, "tone": 4, "strokes": 20, "statistics": 1.5, "direction": 0.2, "optional": "black and white"}


def squares(images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Mean colour, and mean length of the grey's gradient, over squares of a sixteenth of the side; and all lengths, sorted."""
    grey = (images * torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)).sum(1, keepdim=True) / 2
    down, across = ((grey[:, :, 2:, 1:-1] - grey[:, :, :-2, 1:-1]) / 2, (grey[:, :, 1:-1, 2:] - grey[:, :, 1:-1, :-2]) / 2)
    side = images.shape[-1] // 16
    lengths = (down**2 + across**2 + 0.25e-5).sqrt()
    return avg_pool2d((images + 1) / 2, side), avg_pool2d(lengths, side), lengths.flatten(1).sort().values


def drawing(model: Model, photos: torch.Tensor, sketches: torch.Tensor, joined: bool) -> dict[str, torch.Tensor]:
    """What the photos lack of their sketches, drawn by diffusers' loop with the initial text; and the gradient to its rows."""
    count = len(photos)
    loss = Loss(model, Case(pairs=count), photos, sketches)
    context, eos = model.encode_text(TEXT)
    rows = context[:, 1:eos].clone().requires_grad_()
    text = torch.cat([context[:, :1], rows, context[:, eos:]], 1)
    if joined:
        optional, length = model.encode_text(DRAWING["optional"])
        text = torch.cat([text[:, : eos + 2], optional[:, :length], text[:, eos + 2 + length :]], 1)
    scheduler = DPMSolverMultistepScheduler.from_config(model.schedule.config, timestep_spacing="linspace", steps_offset=0)
    scheduler.set_timesteps(DRAWING["steps"])
    latents = loss.noise(0) * scheduler.init_noise_sigma
    empty = torch.zeros_like(loss.photo_latents)
    texts = torch.cat([one.expand(count, -1, -1) for one in (text, loss.negative, loss.negative)])
    for t in scheduler.timesteps:
        sample = torch.cat([torch.cat([latents, photo], 1) for photo in (loss.photo_latents, loss.photo_latents, empty)])
        with_text, with_photo, without = model.unet(sample, t, texts).sample.chunk(3)
        guided = without + 7.5 * (with_text - with_photo) + 1.5 * (with_photo - without)
        latents = scheduler.step(guided, t, latents).prev_sample
    images = model.vae.decode(latents / model.vae.config.scaling_factor).sample.clamp(-1, 1)
    drawn, wanted = squares(images), squares(sketches)
    tone, strokes = (mse_loss(ours, theirs) for ours, theirs in zip(drawn[:2], wanted[:2]))
    statistics = l1_loss(drawn[2], wanted[2])
    way = model.encode_images(images) - model.encode_images(photos)
    direction = 1 - cosine_similarity(way, loss.direction).mean()
    total = DRAWING["tone"] * tone + DRAWING["strokes"] * strokes + DRAWING["statistics"] * statistics + DRAWING["direction"] * direction
    name = "joined" if joined else "alone"
    return {f"drawing.{name}": total.detach(), f"drawing.{name}.gradient": torch.autograd.grad(total, rows)[0]}


def pictures(count: int, seed: int, side: int = 64) -> torch.Tensor:
    """Smooth random pictures in [-1, 1]."""
    coarse = torch.randn(count, 3, 8, 8, generator=torch.Generator().manual_seed(seed))
    return interpolate(coarse, (side, side), mode="bicubic").tanh()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=Path, default=Path("build/peer/tiny"))
    quiet()
    model = Model(parser.parse_args().source)
    photos, sketches = pictures(3, 1), pictures(3, 2)
    tensors = {"photos": photos, "sketches": sketches, "noise": normal((4, 8, 8), SEED, [0, 2**40 + 5], 3)}
    tensors |= {f"gradient.{name}": value for name, value in gradients(model, photos, sketches).items()}
    for joined in (False, True):
        tensors |= drawing(model, photos[:2], sketches[:2], joined)
    for name, case in CASES.items():
        tensors |= {f"{name}.{key}": value for key, value in learn(model, case, photos, sketches).items()}
        print(name, tensors[f"{name}.losses"][[0, -1]].tolist())
    metadata = {"text": TEXT, "seed": str(SEED), "timesteps": json.dumps(TIMESTEPS), "drawing": json.dumps(DRAWING), "cases": json.dumps({name: asdict(case) for name, case in CASES.items()})}
    save_tensors(TARGET, {name: value.contiguous() for name, value in tensors.items()}, metadata)
    print(f"{TARGET}: {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
