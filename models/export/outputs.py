"""The work of reference.py: every role's outputs, and one whole image, by diffusers and transformers themselves."""

from pathlib import Path
from typing import Any

import diffusers
import torch
import transformers
from diffusers import DDIMScheduler, StableDiffusionInstructPix2PixPipeline
from torch.nn.functional import interpolate

from . import manifest
from .checkpoint import Checkpoint
from .failure import ExportError, say
from .roles import SIGNATURES
from .tensor_file import save_tensors
from .weights_id import WeightsId

PROMPT = "turn the photo into a pencil sketch, white background"
TEXTS = [PROMPT, "a man"]
TIMESTEPS = [812.0, 37.0]
GUIDANCE = {"guidance_scale": 7.5, "image_guidance_scale": 1.5}
# Stable Diffusion's DDIM, which is silverpoint's: other schedulers' settings have no say in these.
DDIM = {"clip_sample": False, "thresholding": False, "set_alpha_to_one": False, "steps_offset": 1, "timestep_spacing": "leading"}


class Reference:
    """Networks are opened one after the other and released: only the whole image needs several at once."""

    def __init__(self, checkpoint: Checkpoint, seed: int, size: int | None):
        self.checkpoint = checkpoint
        self.generator = torch.Generator().manual_seed(seed)
        self.seed, self.size = seed, size
        self.weights = WeightsId()
        self.tensors: dict[str, torch.Tensor] = {}

    @torch.no_grad()
    def write(self, path: Path, steps: int) -> None:
        context = self._texts_and_images()
        pipeline = self._networks(context)
        metadata = self._whole_image(pipeline, steps)
        save_tensors(path, self.tensors, metadata)

    def _texts_and_images(self) -> torch.Tensor:
        """The roles of CLIP. Returns the texts' contexts [2, tokens, width]."""
        say("texts and images through CLIP")
        clip, words = self.checkpoint.clip(), self.checkpoint.tokenizer()
        length = clip.config.text_config.max_position_embeddings
        ids = words(TEXTS, padding="max_length", max_length=length, truncation=True, return_tensors="pt").input_ids
        embeddings = clip.text_model.get_input_embeddings()(ids)
        eos = (ids == words.eos_token_id).int().argmax(1)
        encoded = self.checkpoint.text_encoder()(input_ids=ids)
        side = clip.config.vision_config.image_size
        pixels = self._normal(2, 3, side, side)
        self._add("text_embed", [ids], [embeddings])
        self._add("text_encode", [embeddings, eos], [encoded.last_hidden_state, encoded.pooler_output])
        self._add("text_project", [encoded.pooler_output], [clip.get_text_features(input_ids=ids).pooler_output])
        self._add("image_encode", [pixels], [clip.get_image_features(pixel_values=pixels).pooler_output])
        self.weights.add("clip", clip)
        return encoded.last_hidden_state

    def _networks(self, context: torch.Tensor) -> StableDiffusionInstructPix2PixPipeline:
        """The roles of the UNet and the VAE. Returns the pipeline that they make."""
        say("UNet and VAE")
        unet, vae = self.checkpoint.unet(), self.checkpoint.vae()
        latents = manifest.latents(vae)
        self.size = self.size or manifest.resolution(unet.config, latents)
        if self.size % latents["downscale"]:
            raise ExportError(f"--size to be a multiple of {latents['downscale']} px", f"received {self.size}", "Choose another size.")
        self.latent_shape = (latents["channels"], self.size // latents["downscale"], self.size // latents["downscale"])
        sample, timestep = self._normal(2, 2 * self.latent_shape[0], *self.latent_shape[1:]), torch.tensor(TIMESTEPS)
        self._add("unet", [sample, timestep, context], [unet(sample, timestep, context).sample])
        images, codes = self._photos(2), self._normal(2, *self.latent_shape)
        self._add("vae_encode", [images], [vae.encode(images).latent_dist.mode()])
        self._add("vae_decode", [codes], [vae.decode(codes).sample])
        self.weights.add("unet", unet)
        self.weights.add("vae", vae)
        scheduler = DDIMScheduler.from_config(self.checkpoint.scheduler(), **DDIM)
        parts = dict(unet=unet, vae=vae, text_encoder=self.checkpoint.text_encoder(), tokenizer=self.checkpoint.tokenizer(), scheduler=scheduler)
        return StableDiffusionInstructPix2PixPipeline(**parts, safety_checker=None, feature_extractor=None, requires_safety_checker=False)

    def _whole_image(self, pipeline: StableDiffusionInstructPix2PixPipeline, steps: int) -> dict[str, str]:
        """One image from given noise. Returns the metadata."""
        say(f"an image of {self.size} px in {steps} steps")
        photo, noise = self._photos(1), self._normal(1, *self.latent_shape)
        pipeline.set_progress_bar_config(disable=True)
        # The pipeline maps [0, 1] to [-1, 1]; a photo in steps of 1/128 survives that exactly.
        latents = pipeline(
            PROMPT, photo / 2 + 0.5, num_inference_steps=steps, negative_prompt="", eta=0.0, latents=noise, output_type="latent", **GUIDANCE
        ).images
        image = pipeline.vae.decode(latents / pipeline.vae.config.scaling_factor).sample.clamp(-1, 1)
        self.tensors |= {"image.input.photo": photo, "image.input.noise": noise, "image.output.latents": latents, "image.output.image": image}
        return self._metadata(steps, pipeline.scheduler.config)

    def _metadata(self, steps: int, scheduler: dict[str, Any]) -> dict[str, str]:
        settings = {name: scheduler[name] for name in DDIM}
        made = {"prompt": PROMPT, "negative_prompt": "", "steps": steps, "sampler": "ddim", "eta": 0.0, **GUIDANCE, **settings}
        versions = {"torch": torch.__version__, "diffusers": diffusers.__version__, "transformers": transformers.__version__}
        about = {"source": self.checkpoint.name, "weights_id": self.weights.hexdigest(), "seed": self.seed, "size": self.size}
        return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in {**made, **about, **versions}.items()}

    def _add(self, role: str, inputs: list[torch.Tensor], outputs: list[torch.Tensor]) -> None:
        signature = SIGNATURES[role]
        self.tensors |= {f"{role}.input.{name}": tensor for name, tensor in zip(signature.inputs, inputs, strict=True)}
        self.tensors |= {f"{role}.output.{name}": tensor for name, tensor in zip(signature.outputs, outputs, strict=True)}

    def _normal(self, *shape: int) -> torch.Tensor:
        return torch.randn(shape, generator=self.generator)

    def _photos(self, count: int) -> torch.Tensor:
        """Soft blobs of colour in steps of 1/128 in [-1, 1]."""
        coarse = torch.rand((count, 3, 4, 4), generator=self.generator) * 2 - 1
        smooth = interpolate(coarse, (self.size, self.size), mode="bicubic", align_corners=False).clamp(-1, 1)
        return (smooth * 128).round() / 128
