"""The checkpoint as diffusers runs it, in one of its settings."""

import torch
from diffusers import StableDiffusionInstructPix2PixPipeline
from diffusers.models.attention_processor import AttnProcessor
from PIL import Image

from models.export.checkpoint import Checkpoint, quiet


SETTINGS = ("eager", "channels-last", "graphs", "plain-attention", "checkpointed", "compile", "compile-graphs")


class Model:
    def __init__(self, source: str, dtype: torch.dtype, setting: str, device: str = "cpu"):
        quiet()
        checkpoint = Checkpoint(source)
        self.dtype, self.source, self.device, self.setting = dtype, source, device, setting
        self.unet, self.vae = checkpoint.unet().to(device, dtype), checkpoint.vae().to(device, dtype)
        self.text = checkpoint.text_encoder().to(device, dtype)
        self.tokenizer = checkpoint.tokenizer()
        self.scheduler = checkpoint.scheduler()
        self.checkpoint = checkpoint
        self.latent_side = self.unet.config.sample_size
        # As the pipeline reckons it.
        self.side = self.latent_side * 2 ** (len(self.vae.config.block_out_channels) - 1)
        if setting == "plain-attention":  # its backward pass is quicker on some CPUs
            self.unet.set_attn_processor(AttnProcessor())
        if setting == "checkpointed":
            self.unet.enable_gradient_checkpointing()
        if setting not in ("eager", "checkpointed") and (device == "cuda" or not setting.startswith("compile")):
            self.unet.to(memory_format=torch.channels_last)
            self.vae.to(memory_format=torch.channels_last)
        if device == "cuda":  # the quickest convolutions for each shape, found by trying
            torch.backends.cudnn.benchmark = setting != "eager"
        if setting == "compile":
            self.unet.compile()
        if setting == "compile-graphs":
            self.unet.compile(mode="reduce-overhead")
        if setting.startswith("compile"):  # a batch of another size is compiled for it, not for any size
            torch._dynamo.config.automatic_dynamic_shapes = False

    def inputs(self, batch: int, side: int | None = None) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """The network's inputs, alike on both sides: sines of the elements' numbers."""
        side = side or self.latent_side

        def waves(shape: tuple[int, ...], pace: float) -> torch.Tensor:
            count = torch.Size(shape).numel()
            return (torch.arange(count, dtype=torch.float64) * pace).sin().view(shape).to(self.device, self.dtype)

        sample = waves((batch, self.unet.config.in_channels, side, side), 0.37)
        timestep = torch.arange(batch, device=self.device) * 37.0 + 100
        return sample, timestep, waves((batch, 77, self.unet.config.cross_attention_dim), 0.11)

    def pixels(self, paths: list[str]) -> torch.Tensor:
        """[B, 3, side, side] in [-1, 1]"""
        pictures = [Image.open(path).convert("RGB").resize((self.side, self.side)) for path in paths]
        arrays = [torch.frombuffer(bytearray(picture.tobytes()), dtype=torch.uint8) for picture in pictures]
        stacked = torch.stack(arrays).view(len(paths), self.side, self.side, 3)
        return stacked.permute(0, 3, 1, 2).contiguous().to(self.device, self.dtype) / 127.5 - 1

    @torch.no_grad()
    def encode_text(self, text: str) -> tuple[torch.Tensor, int]:
        """The encoder's output [1, 77, width], and where its end token is."""
        ids = self.tokenizer(text, padding="max_length", max_length=77, return_tensors="pt").input_ids
        return self.text(ids.to(self.device)).last_hidden_state, ids[0].tolist().index(self.tokenizer.eos_token_id)

    def finish(self) -> None:
        """Waits for the GPU: work on it is only asked for until then."""
        if self.device == "cuda":
            torch.cuda.synchronize()

    def pipeline(self) -> StableDiffusionInstructPix2PixPipeline:
        from diffusers import DDPMScheduler

        parts = dict(vae=self.vae, text_encoder=self.text, tokenizer=self.tokenizer, unet=self.unet)
        scheduler = DDPMScheduler.from_config(self.scheduler)
        pipeline = StableDiffusionInstructPix2PixPipeline(
            **parts, scheduler=scheduler, safety_checker=None, feature_extractor=None, requires_safety_checker=False
        )
        pipeline.set_progress_bar_config(disable=True)
        return pipeline
