"""CLIP's own byte-pair merges, from the file that open_clip's wheel carries (MIT licence), and tokenizers made of them."""

import gzip
import subprocess
import sys
import zipfile
from pathlib import Path

from transformers import CLIPTokenizer
from transformers.convert_slow_tokenizer import bytes_to_unicode

WHEEL = "open_clip_torch==3.3.0"
CACHE = Path("build/peer/wheels")
MERGES = 48894  # what CLIP uses of the list: with 2 x 256 letters and 2 marks a vocabulary of 49408
START, END = "<|startoftext|>", "<|endoftext|>"


def tokenizer(count: int = MERGES) -> CLIPTokenizer:
    """CLIP's tokenizer with the first `count` merges, its vocabulary in CLIP's own order."""
    pairs = merges(count)
    letters = list(bytes_to_unicode().values())
    entries = [*letters, *(letter + "</w>" for letter in letters), *("".join(pair) for pair in pairs), START, END]
    return CLIPTokenizer({entry: n for n, entry in enumerate(entries)}, pairs, model_max_length=77)


def merges(count: int) -> list[tuple[str, str]]:
    with zipfile.ZipFile(_wheel()) as wheel, wheel.open("open_clip/bpe_simple_vocab_16e6.txt.gz") as packed:
        lines = gzip.decompress(packed.read()).decode("utf-8").splitlines()
    # The first line is a version.
    return [tuple(line.split()) for line in lines[1 : count + 1]]


def _wheel() -> Path:
    found = sorted(CACHE.glob("open_clip_torch-*.whl"))
    if not found:
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(CACHE), WHEEL], check=True)
        found = sorted(CACHE.glob("open_clip_torch-*.whl"))
    return found[0]
