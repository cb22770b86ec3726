"""A diffusers InstructPix2Pix checkpoint and its CLIP, opened part by part: no more than one part need be in memory."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import diffusers
import torch
import transformers
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from transformers import CLIPModel, CLIPTextModel, CLIPTokenizer
from transformers.utils import cached_file
from transformers.utils.constants import OPENAI_CLIP_MEAN, OPENAI_CLIP_STD

from .failure import ExportError, first_line

T = TypeVar("T")

DEFAULT_CLIP = "openai/clip-vit-large-patch14"


def quiet() -> None:
    """Progress bars and load reports of the libraries would drown our own lines."""
    for library in (diffusers, transformers):
        library.utils.logging.set_verbosity_error()
        library.utils.logging.disable_progress_bar()


class Checkpoint:
    """`source`: a folder in diffusers' layout or a hub name. `clip`: the CLIP whose text tower the checkpoint uses, likewise."""

    def __init__(self, source: str, clip: str | None = None):
        self.source = source
        # (name, subfolder) as transformers takes them: a checkpoint may carry its own CLIP.
        own = clip is None and _file(source, "clip/config.json") is not None
        self._clip = (source, "clip") if own else (clip or DEFAULT_CLIP, "")

    @property
    def name(self) -> str:
        """The hub name, or the folder's own name without the folders above it."""
        return Path(self.source).resolve().name if Path(self.source).exists() else self.source

    @property
    def clip_name(self) -> str:
        return "/".join(part for part in self._clip if part)

    def unet(self) -> UNet2DConditionModel:
        """In float32, like every network here, frozen and in evaluation mode."""
        return self._network("unet", UNet2DConditionModel, torch_dtype=torch.float32)

    def unet_settings(self) -> dict[str, Any]:
        """Without the weights."""
        return self._part("unet", lambda: UNet2DConditionModel.load_config(self.source, subfolder="unet"))

    def vae(self) -> torch.nn.Module:
        return self._network("vae", self._vae_class(), torch_dtype=torch.float32)

    def manner(self) -> torch.nn.Module | None:
        """What our own training lays into its texts; other checkpoints have none."""
        if _file(self.source, "manner/config.json") is None:
            return None
        from ..training.manner import Manner

        return self._network("manner", Manner, torch_dtype=torch.float32)

    def clip(self, dtype: Any = torch.float32) -> CLIPModel:
        """`dtype` "auto" keeps the weights as they are stored."""
        name, subfolder = self._clip
        load = lambda: _complete(CLIPModel, name, subfolder=subfolder, dtype=dtype, attn_implementation="sdpa")
        return _opened(f"a CLIPModel, text and image towers, in {self.clip_name}", "Pass the checkpoint's CLIP with --clip.", load)

    def text_encoder(self, dtype: Any = torch.float32) -> CLIPTextModel:
        return self._network("text_encoder", CLIPTextModel, dtype=dtype, attn_implementation="sdpa")

    def tokenizer(self) -> CLIPTokenizer:
        return self._part("tokenizer", lambda: CLIPTokenizer.from_pretrained(self.source, subfolder="tokenizer"))

    def scheduler(self) -> dict[str, Any]:
        """The scheduler's settings as stored."""
        return self._part("scheduler", lambda: DDIMScheduler.load_config(self.source, subfolder="scheduler"))

    def pixel_statistics(self) -> tuple[list[float], list[float]]:
        """Mean and deviation of the pixels that CLIP takes: the processor's if there is one, else OpenAI's."""
        name, subfolder = self._clip
        file = _file(name, f"{subfolder}/preprocessor_config.json".lstrip("/"))
        stored = json.loads(Path(file).read_text()) if file else {}
        return stored.get("image_mean", OPENAI_CLIP_MEAN), stored.get("image_std", OPENAI_CLIP_STD)

    def _network(self, part: str, kind: type, **settings) -> Any:
        return self._part(part, lambda: _complete(kind, self.source, subfolder=part, **settings))

    def _vae_class(self) -> type:
        config = self._part("vae", lambda: AutoencoderKL.load_config(self.source, subfolder="vae"))
        if config["_class_name"] == "SketchCodec":
            from ..training.codec import SketchCodec

            return SketchCodec
        if config["_class_name"] == "AutoencoderKL":
            return AutoencoderKL
        received, remedy = f"it is a {config['_class_name']}", "Use a checkpoint of Stable Diffusion 1 or 2."
        raise ExportError(f"an AutoencoderKL or a SketchCodec in {self.source}/vae", received, remedy)

    def _part(self, part: str, load: Callable[[], T]) -> T:
        remedy = "Pass a folder saved by diffusers' save_pretrained, or a hub name."
        return _opened(f"the part {part} of an InstructPix2Pix checkpoint in {self.source}", remedy, load)


def _opened(expected: str, remedy: str, load: Callable[[], T]) -> T:
    try:
        return load()
    except Exception as error:  # the libraries raise many kinds for a file that is missing, damaged or of another model
        raise ExportError(expected, first_line(error), remedy) from error


def _file(source: str, path: str) -> str | None:
    """A file of a folder or hub repository; None where there is none, or no such source: the parts that must be there say so."""
    try:
        return cached_file(source, path, _raise_exceptions_for_missing_entries=False, _raise_exceptions_for_connection_errors=False)
    except OSError:
        return None


def _complete(kind: type, source: str, **settings) -> Any:
    """A network, frozen and in evaluation mode. Weights that are not in the file would be left random, with no more than a warning."""
    network, found = kind.from_pretrained(source, output_loading_info=True, **settings)
    if missing := sorted(found["missing_keys"]):
        raise ValueError(f"{len(missing)} of its weights are missing, {missing[0]} among them")
    return network.eval().requires_grad_(False)
