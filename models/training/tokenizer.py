"""Stage `tokenizer`: CLIP's byte-level BPE, with a vocabulary learned from the grammar's own texts.

    python -m models.training.tokenizer --work DIR
"""

import argparse
import json
from collections import Counter
from pathlib import Path

import numpy as np
from transformers import CLIPTokenizer

from .styles import NAMES, render
from .styles.grammar import PHOTO_CAPTIONS, caption, instruction

MERGES = 1500
START, END = "<|startoftext|>", "<|endoftext|>"


def byte_letters() -> list[str]:
    """CLIP's printable stand-ins for the 256 bytes, in its vocabulary's order."""
    plain = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    rest = [byte for byte in range(256) if byte not in plain]
    return [chr(byte) for byte in plain] + [chr(256 + n) for n in range(len(rest))]


def texts(photos: np.ndarray, count: int = 6000) -> list[str]:
    rng = np.random.default_rng(7)
    names = NAMES
    written = list(PHOTO_CAPTIONS) * 40
    for n in range(count // 4):
        drawn = render(photos[n % 8], rng, side=32, family=names[n % len(names)])
        written += [caption(rng, drawn) for _ in range(2)] + [instruction(rng, drawn) for _ in range(2)]
    return written


def learn_merges(words: Counter, count: int) -> list[tuple[str, str]]:
    """Byte-pair encoding: join the most frequent neighbours, again and again."""
    spelled = {word: (*word[:-1], word[-1] + "</w>") for word in words}
    merges = []
    while len(merges) < count:
        pairs = Counter()
        for word, parts in spelled.items():
            for pair in zip(parts, parts[1:]):
                pairs[pair] += words[word]
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        spelled = {word: _joined(parts, best) for word, parts in spelled.items()}
    return merges


def _joined(parts: tuple[str, ...], pair: tuple[str, str]) -> tuple[str, ...]:
    out, i = [], 0
    while i < len(parts):
        together = parts[i : i + 2] == pair
        out.append(parts[i] + parts[i + 1] if together else parts[i])
        i += 2 if together else 1
    return tuple(out)


def build(files: Path) -> CLIPTokenizer:
    """Of a folder with vocab.json and merges.txt."""
    special = dict(pad_token=END, unk_token=END, bos_token=START, eos_token=END)
    return CLIPTokenizer(str(files / "vocab.json"), str(files / "merges.txt"), model_max_length=77, **special)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    folder = parser.parse_args().work
    words = Counter(word for text in texts(np.load(folder / "photos.npy", mmap_mode="r")) for word in text.replace(",", " ,").replace("'", " '").split())
    # Common English, so that a user's own words are not always spelled out letter by letter.
    words.update({word: 1 for word in _ENGLISH.split()})
    merges = learn_merges(words, MERGES)
    letters = byte_letters()
    entries = [*letters, *(letter + "</w>" for letter in letters), *("".join(pair) for pair in merges), START, END]
    entries = list(dict.fromkeys(entries))
    target = folder / "tokenizer-files"
    target.mkdir(exist_ok=True)
    (target / "vocab.json").write_text(json.dumps({entry: n for n, entry in enumerate(entries)}, ensure_ascii=False))
    (target / "merges.txt").write_text("#version: 0.2\n" + "\n".join(" ".join(pair) for pair in merges) + "\n")
    tokenizer = build(target)
    tokenizer.save_pretrained(folder / "tokenizer")
    print(f"{len(entries)} tokens; {tokenizer.tokenize('a soft pencil sketch of a face, white background')}")


_ENGLISH = """a about all an and any are art artist as at be beautiful black blue bold bright brush by can clean clear cold color
colour contrast convert dark deep detail draw drawing edge eye eyes face faint fine for from full give glass gold green grey hair hand
has have head high image in into is it keep less light like line lines little long low make man more mouth no nose not of off old on
one only or out outline over paint painting paper pen pencil people person photo picture portrait red remove rough shade shadow short
sketch skin smooth soft strong style that the their thick thin this to tone turn very warm white with woman without young your"""

if __name__ == "__main__":
    main()
