"""Sketching by diffusers' own InstructPix2Pix pipeline."""

import time

import torch

from .model import Model
from .schedulers import scheduler_of


class Sketching:
    def __init__(self, model: Model):
        self.model = model
        self.pipe = model.pipeline()
        self.own = self.pipe.scheduler

    @torch.no_grad()
    def sketch(self, photos: list[str], batch: int = 1, sampler: str = "own", steps: int = 100, guidance: dict | None = None) -> dict:
        """Without `sampler` and `steps`: as the pipeline is by default, its folder's scheduler and 100 steps."""
        self.pipe.scheduler = scheduler_of(sampler, self.own)
        scales = guidance or {"text": 7.5, "image": 1.5}
        context, _ = self.model.encode_text("a pencil sketch")
        negative, _ = self.model.encode_text("")
        for start in range(0, len(photos), batch):
            images = (self.model.pixels(photos[start : start + batch]) + 1) / 2
            rows = len(images)
            self.pipe(
                image=images, prompt_embeds=context.expand(rows, -1, -1), negative_prompt_embeds=negative.expand(rows, -1, -1),
                num_inference_steps=steps, guidance_scale=scales["text"], image_guidance_scale=scales["image"], output_type="np",
            )
        return {"steps": steps}

    @torch.no_grad()
    def network(self, count: int, batch: int, sampler: str, steps: int, guidance: dict) -> dict:
        """What of sketching the networks alone take: photos and texts are there already, pictures are brought to the CPU."""
        self.pipe.scheduler = scheduler_of(sampler, self.own)
        side, device = self.model.side, self.model.device
        photos = torch.rand((batch, 3, side, side), generator=torch.Generator().manual_seed(1)).to(device, self.model.dtype)
        context, negative = (self.model.encode_text(text)[0].expand(batch, -1, -1) for text in ("a pencil sketch", ""))
        self.model.finish()
        start = time.perf_counter()
        for _ in range(0, count, batch):
            self.pipe(
                image=photos, prompt_embeds=context, negative_prompt_embeds=negative, num_inference_steps=steps,
                guidance_scale=guidance["text"], image_guidance_scale=guidance["image"], output_type="pt",
            ).images.float().cpu()
        return {"seconds": time.perf_counter() - start}
