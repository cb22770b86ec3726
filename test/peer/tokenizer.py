"""Writes test/fixtures/tokenizer*: texts of all kinds, and what transformers' CLIPTokenizer makes of them.

    python -m test.peer.tokenizer        from the repository's root
"""

import json
import random
from pathlib import Path

from transformers import CLIPTokenizer

from .clip_bpe import END, START, merges, tokenizer
from .tokenizer_texts import LONG, SPECIAL, TEXTS

FIXTURES = Path("test/fixtures")
MERGES = 3000
RANDOM_TEXTS = 400
LENGTH = 77

# First and last code point of what random texts are drawn from. All are older than Unicode 10, which every side knows.
BLOCKS = [
    (0x20, 0x7E), (0x20, 0x7E), (0x61, 0x7A), (0x61, 0x7A), (0x00, 0x1F), (0x80, 0xFF), (0x100, 0x24F), (0x250, 0x2FF), (0x300, 0x36F),
    (0x370, 0x3FF), (0x400, 0x4FF), (0x590, 0x5F4), (0x600, 0x6FF), (0x900, 0x97F), (0xE01, 0xE5B), (0x1100, 0x11FF), (0x1E00, 0x1EFF),
    (0x1F00, 0x1FFE), (0x2000, 0x206F), (0x2070, 0x209C), (0x20A0, 0x20BE), (0x2100, 0x218B), (0x2200, 0x22FF), (0x2460, 0x24FF),
    (0x2600, 0x26FF), (0x3000, 0x30FF), (0x4E00, 0x4E80), (0xAC00, 0xAC80), (0xE000, 0xE010), (0xF900, 0xFA6D), (0xFB00, 0xFB4F),
    (0xFE00, 0xFE0F), (0xFE50, 0xFEFF), (0xFF01, 0xFFEE), (0x10400, 0x1044F), (0x1D400, 0x1D7FF), (0x1F1E6, 0x1F1FF), (0x1F300, 0x1F64F),
    (0x20000, 0x20010), (0xE0020, 0xE007F),
]


def random_texts() -> list[str]:
    """Runs of letters of a few blocks each, with spaces and apostrophes between some of them."""
    draw = random.Random(7)
    texts = []
    for _ in range(RANDOM_TEXTS):
        blocks = draw.sample(BLOCKS, draw.randint(1, 4))
        runs = []
        for _ in range(draw.randint(1, 8)):
            first, last = draw.choice(blocks)
            runs.append("".join(chr(draw.randint(first, last)) for _ in range(draw.randint(1, 6))))
            runs.append(draw.choice(["", "", " ", "  ", "'", "'s ", "\u0301", "\u200d"]))
        texts.append("".join(runs))
    return texts


def tokenized(words: CLIPTokenizer, texts: list[str]) -> list[dict]:
    """Ids of each text without start and end, and what they decode to."""
    each = [(text, words(text, add_special_tokens=False).input_ids) for text in texts]
    return [{"text": text, "ids": ids, "decoded": words.decode(ids, skip_special_tokens=True)} for text, ids in each]


def encoded(words: CLIPTokenizer, texts: list[str]) -> list[dict]:
    """Ids as the text encoder takes them."""
    options = dict(padding="max_length", truncation=True, max_length=LENGTH)
    return [{"text": text, "ids": words(text, **options).input_ids} for text in texts]


def decodings(words: CLIPTokenizer) -> list[dict]:
    """Ids in no order that a text would give: bytes that are not UTF-8, special tokens in between."""
    draw = random.Random(8)
    drawn = [[draw.choice([draw.randrange(512), draw.randrange(len(words))]) for _ in range(draw.randint(1, 12))] for _ in range(200)]
    return [{"ids": ids, "decoded": words.decode(ids, skip_special_tokens=True)} for ids in drawn]


def main() -> None:
    words = tokenizer(MERGES)
    vocabulary = words.get_vocab()
    entries = dict(sorted(vocabulary.items(), key=lambda entry: entry[1]))
    (FIXTURES / "tokenizer-vocab.json").write_text(json.dumps(entries, ensure_ascii=False) + "\n", encoding="utf-8")
    lines = ["#version: 0.2", *(" ".join(pair) for pair in merges(MERGES))]
    (FIXTURES / "tokenizer-merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    # Stable Diffusion 2 pads with a token that texts hold, too.
    marked = CLIPTokenizer(vocabulary, merges(MERGES), pad_token="!")
    exclaiming = [text for text in TEXTS if "!" in text]
    write({
        "length": LENGTH,
        "special": {"bos": vocabulary[START], "eos": vocabulary[END], "pad": vocabulary[END]},
        "padMark": vocabulary["!"],
        "tokenized": (texts := tokenized(words, [*TEXTS, *random_texts()])),
        "tokenizedWithPadMark": tokenized(marked, exclaiming),
        "encoded": encoded(words, [*SPECIAL, *LONG]),
        "encodedWithPadMark": encoded(marked, exclaiming[:10]),
        "decoded": (lists := decodings(words)),
    })
    print(f"{len(texts)} texts and {len(lists)} lists of ids, {len(vocabulary)} tokens")


def write(fixture: dict) -> None:
    """JSON with a line for each example, so that a change is seen where it is."""
    fields = []
    for name, value in fixture.items():
        rows = "[\n" + ",\n".join(map(json.dumps, value)) + "\n]" if isinstance(value, list) else json.dumps(value)
        fields.append(f"{json.dumps(name)}: {rows}")
    (FIXTURES / "tokenizer.json").write_text("{\n" + ",\n".join(fields) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
