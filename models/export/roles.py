"""The bundle's roles: for each a module with exactly the signature the TypeScript side calls, and inputs to trace it with."""

import copy
from dataclasses import dataclass

import torch
from diffusers import UNet2DConditionModel
from transformers import CLIPModel, CLIPTextModel

Tensors = tuple[torch.Tensor, ...]


@dataclass(frozen=True)
class Signature:
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


SIGNATURES = {
    "unet": Signature(("sample", "timestep", "context"), ("prediction",)),
    "vae_encode": Signature(("image",), ("latents",)),
    "vae_decode": Signature(("latents",), ("image",)),
    "text_embed": Signature(("ids",), ("embeddings",)),
    "text_encode": Signature(("embeddings", "eos"), ("hidden", "pooled")),
    "text_project": Signature(("pooled",), ("projected",)),
    "image_encode": Signature(("pixels",), ("projected",)),
    "manner": Signature(("photo", "sketch"), ("shift",)),  # only of checkpoints that have one
}


class UNet(torch.nn.Module):
    """(sample [B, C, h, w], timestep [B], context [B, tokens, width]) -> [B, c, h, w]"""

    def __init__(self, unet: UNet2DConditionModel):
        super().__init__()
        self.unet = unet

    def forward(self, sample: torch.Tensor, timestep: torch.Tensor, context: torch.Tensor) -> torch.Tensor:
        return self.unet(sample, timestep, encoder_hidden_states=context, return_dict=False)[0]


def _without(module: torch.nn.Module, *names: str) -> torch.nn.Module:
    """The same module, weights shared, less the parts that a role never calls: they would be stored with it."""
    rest = copy.copy(module)
    rest._modules = {name: part for name, part in module._modules.items() if name not in names}
    return rest


class VaeEncode(torch.nn.Module):
    """image [B, 3, H, W] in [-1, 1] -> the posterior's mode [B, c, h, w], not scaled."""

    def __init__(self, vae: torch.nn.Module):
        super().__init__()
        self.vae = _without(vae, "decoder", "post_quant_conv")

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.vae.encode(image).latent_dist.mode()


class VaeDecode(torch.nn.Module):
    """latents [B, c, h, w], already divided by the scaling factor -> image [B, 3, H, W]"""

    def __init__(self, vae: torch.nn.Module):
        super().__init__()
        self.vae = _without(vae, "encoder", "quant_conv")

    def forward(self, latents: torch.Tensor) -> torch.Tensor:
        return self.vae.decode(latents, return_dict=False)[0]


class TextEmbed(torch.nn.Module):
    """ids [B, T] int64 -> rows of the token table [B, T, width], without positions."""

    def __init__(self, text: CLIPTextModel):
        super().__init__()
        self.token_embedding = text.embeddings.token_embedding

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.token_embedding(ids)


class TextEncode(torch.nn.Module):
    """(embeddings [B, tokens, width] without positions, eos [B] int64) -> (hidden, after the final layer norm; hidden at eos).

    CLIPTextModel takes ids only; this is its forward pass from the embeddings on. Attention is causal by sdpa's flag: a mask
    tensor would bake the sizes it was made for.
    """

    def __init__(self, text: CLIPTextModel):
        super().__init__()
        self.position_embedding = text.embeddings.position_embedding
        self.encoder = text.encoder
        self.final_layer_norm = text.final_layer_norm

    def forward(self, embeddings: torch.Tensor, eos: torch.Tensor) -> Tensors:
        placed = embeddings + self.position_embedding.weight[: embeddings.shape[1]]
        encoded = self.encoder(inputs_embeds=placed, attention_mask=None, is_causal=True).last_hidden_state
        hidden = self.final_layer_norm(encoded)
        row = eos.view(-1, 1, 1).expand(-1, 1, hidden.shape[-1])
        return hidden, hidden.gather(1, row).squeeze(1)


class ImageEncode(torch.nn.Module):
    """pixels [B, 3, side, side], normalised by CLIP's mean and deviation -> [B, projection], length not normalised."""

    def __init__(self, clip: CLIPModel):
        super().__init__()
        self.vision_model = clip.vision_model
        self.visual_projection = clip.visual_projection

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return self.visual_projection(self.vision_model(pixel_values=pixels).pooler_output)
