"""Writes test/fixtures/pez.json: PEZ as a plain PyTorch loop on the tiny model, from given tokens.

    python -m test.peer.pez
"""

import json
from pathlib import Path

import torch
from torch.nn.functional import cosine_similarity, normalize

from models.export.checkpoint import quiet

from .learning import Model, pictures

SOURCE, TARGET = Path("build/peer/tiny"), Path("test/fixtures/pez.json")
START, STEPS = [320, 1000, 530, 2222, 791, 1500], 60


def search(model: Model, images: torch.Tensor) -> dict:
    """Wen et al., 2302.03668, Algorithm 1, with the best projection kept."""
    words = model.tokenizer
    embeddings = model.clip.text_model.embeddings.token_embedding.weight
    special = [words.bos_token_id, words.eos_token_id, words.pad_token_id]
    features = model.encode_images(images)
    continuous = embeddings[START].clone().requires_grad_()
    optimizer = torch.optim.AdamW([continuous], lr=0.1, weight_decay=0.1)
    best, ids, scores = -2.0, START, []
    for _ in range(STEPS):
        similarity = normalize(continuous.detach(), dim=1) @ normalize(embeddings, dim=1).T
        similarity[:, special] -= 1e4
        nearest = similarity.argmax(1)
        projected = embeddings[nearest].clone().requires_grad_()
        score = cosine_similarity(encode(model, projected), features).mean()
        continuous.grad = torch.autograd.grad(1 - score, projected)[0]
        optimizer.step()
        scores.append(score.item())
        if score.item() > best:
            best, ids = score.item(), nearest.tolist()
    return {"start": START, "steps": STEPS, "ids": ids, "text": words.decode(ids), "score": best, "scores": scores}


def encode(model: Model, prompt: torch.Tensor) -> torch.Tensor:
    """CLIP's text feature of embeddings: start, prompt, end, padding."""
    words, text = model.tokenizer, model.clip.text_model
    table = text.embeddings.token_embedding.weight
    ids = [words.bos_token_id, *[0] * len(prompt), words.eos_token_id]
    ids += [words.pad_token_id] * (77 - len(ids))
    sequence = torch.cat([table[ids[:1]], prompt, table[ids[len(prompt) + 1 :]]])[None]
    hidden = sequence + text.embeddings.position_embedding.weight[None]
    mask = torch.full((77, 77), float("-inf")).triu(1)[None, None]
    for layer in text.encoder.layers:
        hidden = layer(hidden, attention_mask=mask)
        hidden = hidden[0] if isinstance(hidden, tuple) else hidden
    return model.clip.text_projection(text.final_layer_norm(hidden)[:, len(prompt) + 1])


def main() -> None:
    quiet()
    found = search(Model(SOURCE), pictures(3, 2)[:2])
    TARGET.write_text(json.dumps(found, indent=1) + "\n")
    print(found["text"], found["score"])


if __name__ == "__main__":
    main()
