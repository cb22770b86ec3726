"""Instruction tuning as a PyTorch user would run it: VISII's loop on diffusers, and the same with one branch."""

import time
from collections.abc import Callable

import torch
from diffusers import DDPMScheduler
from torch.nn.functional import cosine_similarity, interpolate, mse_loss

from .model import Model


class Learning:
    def __init__(self, model: Model):
        self.model = model
        self.schedule = DDPMScheduler.from_config(model.scheduler)
        self.kind = self.schedule.config.prediction_type
        self.clip = None

    def learn(self, pair: dict, branches: int, steps: int, every: int = 0) -> dict:
        """VISII's loop with three branches; with one, eps(z_t, t, C, z_p) alone. Told every few steps, where `every` is given."""
        start = time.perf_counter()
        self.begin(pair)
        optimizer = torch.optim.AdamW([self.rows], lr=1e-3, weight_decay=0.01)
        generator = torch.Generator().manual_seed(0)
        order = torch.randperm(1000, generator=generator)
        lowest, best, points = float("inf"), None, []
        for step in range(steps):
            timestep = order[step % 1000 : step % 1000 + 1]
            noise = torch.randn(self.sketch_latents.shape, generator=torch.Generator().manual_seed(int(timestep)))
            timestep, noise = timestep.to(self.model.device), noise.to(self.model.device)
            instruction = self.instruction()
            reconstruction = self.reconstruction(instruction, timestep, noise, branches)
            # It must be known at every step whether it is the lowest.
            if (value := reconstruction.item()) < lowest:
                lowest, best = value, instruction.detach().clone()
            optimizer.zero_grad()
            (4 * reconstruction + 0.1 * self.edit(instruction)).backward()
            optimizer.step()
            if every and (step + 1) % every == 0:
                points.append({"step": step + 1, "seconds": time.perf_counter() - start, "context": best.flatten().tolist()})
        return {"steps": steps, "points": points}

    def steps(self, pair: dict, steps: int, unmeasured: int) -> dict:
        """Steps of one branch alone; nothing is read before their end, so that a GPU never waits for Python."""
        self.begin(pair)
        device, on_gpu = self.model.device, self.model.device == "cuda"
        optimizer = torch.optim.AdamW([self.rows], lr=1e-3, weight_decay=0.01, fused=on_gpu, capturable=on_gpu)

        def step() -> torch.Tensor:
            timestep = torch.randint(1000, (1,), device=device)
            noise = torch.randn(self.sketch_latents.shape, device=device)
            instruction = self.instruction()
            loss = 4 * self.reconstruction(instruction, timestep, noise, 1) + 0.1 * self.edit(instruction)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss.detach()

        if self.model.setting == "graphs":
            step = captured(step)
        for _ in range(unmeasured):
            step()
        self.model.finish()
        start = time.perf_counter()
        losses = [step() for _ in range(steps)]
        loss = losses[-1].item()
        self.model.finish()
        return {"seconds": time.perf_counter() - start, "loss": loss}

    @torch.no_grad()
    def begin(self, pair: dict) -> None:
        """What steps start from: latents of the pair, and the text's rows that are learned."""
        photo, sketch = (self.model.pixels([pair[name]]) for name in ("photo", "sketch"))
        self.photo_latents = self.model.vae.encode(photo).latent_dist.mode()
        self.sketch_latents = self.model.vae.encode(sketch).latent_dist.mode() * self.model.vae.config.scaling_factor
        self.direction = self.encode_image(sketch) - self.encode_image(photo)
        context, eos = self.model.encode_text("a pencil sketch")
        self.negative, _ = self.model.encode_text("")
        self.head, self.tail = context[:, :1].float(), context[:, eos:].float()
        self.rows = context[:, 1:eos].float().clone().requires_grad_()

    def instruction(self) -> torch.Tensor:
        return torch.cat([self.head, self.rows, self.tail], 1)

    def reconstruction(self, instruction: torch.Tensor, timestep: torch.Tensor, noise: torch.Tensor, branches: int) -> torch.Tensor:
        latents = self.sketch_latents.float()
        noised = self.schedule.add_noise(latents, noise, timestep)
        target = {"epsilon": noise, "sample": latents, "v_prediction": self.schedule.get_velocity(latents, noise, timestep)}[self.kind]
        dtype, photo = self.model.dtype, self.photo_latents
        photos, contexts = [photo], [instruction.to(dtype)]
        if branches == 3:
            photos += [photo, torch.zeros_like(photo)]
            contexts += [self.negative, self.negative]
        sample = torch.cat([noised.to(dtype).expand(branches, -1, -1, -1), torch.cat(photos)], 1)
        predicted = self.model.unet(sample, timestep.expand(branches), torch.cat(contexts)).sample.float()
        if branches == 3:
            text, image, uncond = predicted.chunk(3)
            predicted = uncond + 7.5 * (text - image) + 1.5 * (image - uncond)
        return mse_loss(predicted, target)

    def edit(self, instruction: torch.Tensor) -> torch.Tensor:
        projected = self.load_clip().text_projection(instruction.mean(1).to(self.model.dtype)).float()
        return 1 - cosine_similarity(projected, self.direction).clamp(-1, 0.5).mean()

    def encode_image(self, pixels: torch.Tensor) -> torch.Tensor:
        clip = self.load_clip()
        side = clip.config.vision_config.image_size
        mean, std = (torch.tensor(values, device=self.model.device).view(1, 3, 1, 1) for values in self.model.checkpoint.pixel_statistics())
        small = interpolate(pixels.float(), (side, side), mode="bicubic", antialias=True).clamp(-1, 1)
        values = (((small + 1) / 2 - mean) / std).to(self.model.dtype)
        return clip.get_image_features(pixel_values=values).pooler_output.float()

    def load_clip(self):
        """Not before it is needed: sketching does without."""
        if self.clip is None:
            self.clip = self.model.checkpoint.clip(self.model.dtype).to(self.model.device)
        return self.clip


def captured(step: Callable[[], torch.Tensor]) -> Callable[[], torch.Tensor]:
    """All of a step as one CUDA graph, as torch.cuda.graph asks for it: warmed on a stream of its own."""
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            step()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        loss = step()

    def replay() -> torch.Tensor:
        graph.replay()
        return loss

    return replay
