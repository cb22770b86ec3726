"""Stage `clip`: a small CLIP, contrastive on drawings and their captions, photos and theirs, and on edit directions.

    python -m models.training.clip --work DIR --minutes 8
"""

import argparse
from pathlib import Path

import torch
from torch.nn.functional import cross_entropy, interpolate, normalize
from transformers import CLIPConfig, CLIPModel, CLIPTokenizer

from .examples import batches, signed
from .progress import Clock, log, save

SIDE = 64


def build(tokenizer: CLIPTokenizer) -> CLIPModel:
    tower = dict(hidden_size=192, intermediate_size=768, num_hidden_layers=4, num_attention_heads=4)
    ids = dict(bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.eos_token_id)
    return CLIPModel(CLIPConfig(
        text_config=dict(vocab_size=len(tokenizer), max_position_embeddings=77, projection_dim=128, **tower, **ids),
        vision_config=dict(image_size=SIDE, patch_size=16, projection_dim=128, **tower),
        projection_dim=128,
    ))


def tokens(tokenizer: CLIPTokenizer, texts: list[str]) -> torch.Tensor:
    return tokenizer(texts, padding="max_length", max_length=77, truncation=True, return_tensors="pt").input_ids


def images(model: CLIPModel, pixels: torch.Tensor) -> torch.Tensor:
    """Unnormalised image embeddings. Pixels stay in [-1, 1]: mean and deviation 0.5 in CLIP's terms."""
    small = interpolate(pixels, (SIDE, SIDE), mode="bicubic", antialias=True).clamp(-1, 1)
    return model.visual_projection(model.vision_model(pixel_values=small).pooler_output)


def texts(model: CLIPModel, ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Pooled at eos, as CLIP; and the mean of all 77 tokens, as the edit loss reads an instruction."""
    out = model.text_model(input_ids=ids)
    return model.text_projection(out.pooler_output), model.text_projection(out.last_hidden_state.mean(1))


def contrast(a: torch.Tensor, b: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    """CLIP's symmetric InfoNCE."""
    logits = scale * normalize(a) @ normalize(b).T
    target = torch.arange(len(logits))
    return (cross_entropy(logits, target) + cross_entropy(logits.T, target)) / 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=8)
    parser.add_argument("--batch", type=int, default=48)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    tokenizer = CLIPTokenizer.from_pretrained(options.work / "tokenizer")
    model = build(tokenizer)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.02)
    checkpoint, step = options.work / "clip.pt", 0
    if checkpoint.exists():
        state = torch.load(checkpoint)
        model.load_state_dict(state["model"]), optimizer.load_state_dict(state["optimizer"])
        step = state["step"]
    clock = Clock(options.minutes)

    def encode(batch: dict) -> dict[str, torch.Tensor]:
        wordings = {name: tokens(tokenizer, batch[name]) for name in ("caption", "instruction")}
        return wordings | {name: batch[name] for name in ("photo", "drawing")}

    stream = batches(options.work / "photos.npy", 2**32 * options.seed + 1000 + step, options.batch, encode)
    while not clock.over():
        batch = next(stream)
        for group in optimizer.param_groups:
            group["lr"] = 1e-3 * min(1, (step + 1) / 100) * max(0.05, 1 - clock.spent())
        scale = model.logit_scale.exp().clamp(max=100)
        wording = batch["caption"] if step % 2 else batch["instruction"]
        with torch.autocast("cpu", torch.bfloat16):
            after, before = images(model, signed(batch["drawing"])), images(model, signed(batch["photo"]))
            pooled, mean = texts(model, wording)
        after, before, pooled, mean = (embedding.float() for embedding in (after, before, pooled, mean))
        loss_pair = contrast(after, pooled, scale)
        loss_direction = contrast(after - before, mean, scale)
        loss = loss_pair + loss_direction
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        step += 1
        if step % 25 == 0:
            log(options.work / "clip.jsonl", step=step, pair=loss_pair.item(), direction=loss_direction.item())
        if step % 200 == 0:
            save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step}, checkpoint)
    save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step}, checkpoint)
    model.save_pretrained(options.work / "clip")


if __name__ == "__main__":
    main()
