"""Captions and instructions for a rendering, varied in wording.

The paper's two optional sentences ("convert the image color to black and white with a white background" and its twin)
and their close paraphrases are held out: no text of ours asks for black and white and a white background together.
"""

import numpy as np

from .render import Rendering

_SUBJECTS = ("a face", "a person", "a portrait", "the face", "someone")
_ORDERS = (
    "turn the photo into {a}", "make it {a}", "convert the photo into {a}", "convert the image to {a}", "draw it as {a}",
    "redraw the face as {a}", "change the image to {a}", "transform this portrait into {a}", "render it as {a}", "as {a}",
)
_BACKGROUND_CAPTION = (", {b} background", " with a {b} background", " on a {b} background")
_BACKGROUND_ORDER = (
    ", {b} background", " with a {b} background", " and make the background {b}", " and change the background to {b}",
)
PHOTO_CAPTIONS = ("a photo of a face", "a photo", "a portrait photo", "a photo of a person", "a colour photo of a face")


def _pick(rng: np.random.Generator, choices):
    return choices[rng.integers(len(choices))]


def _held_out(text: str) -> bool:
    return "black and white" in text and "white background" in text.replace("background white", "white background") \
        .replace("background to white", "white background")


def _article(noun: str) -> str:
    return ("an " if noun[0] in "aeiou" else "a ") + noun


def _phrase(rng: np.random.Generator, drawn: Rendering) -> str:
    """Noun with its parameters before or after it."""
    noun = _pick(rng, drawn.nouns)
    before = [word for word in drawn.words if " " not in word]
    after = [word for word in drawn.words if " " in word]
    if before and rng.random() < 0.75:
        noun = ", ".join(before) + " " + noun
    else:
        after = before + after
    phrase = _article(noun)
    if after:
        phrase += _pick(rng, (" with ", ", ")) + _pick(rng, (" and ", ", ")).join(after)
    return phrase


def caption(rng: np.random.Generator, drawn: Rendering) -> str:
    """What the drawing is."""
    while True:
        text = _phrase(rng, drawn)
        if rng.random() < 0.4:
            text = text.replace(" with ", f" of {_pick(rng, _SUBJECTS)} with ", 1) if " with " in text else f"{text} of {_pick(rng, _SUBJECTS)}"
        if drawn.background:
            text += _pick(rng, _BACKGROUND_CAPTION).format(b=drawn.background)
        if not _held_out(text):
            return text


def instruction(rng: np.random.Generator, drawn: Rendering) -> str:
    """What to do to the photo; one in three just says what the drawing is."""
    while True:
        if rng.random() < 0.33:
            return caption(rng, drawn)
        text = _pick(rng, _ORDERS).format(a=_phrase(rng, drawn))
        if drawn.background:
            text += _pick(rng, _BACKGROUND_ORDER).format(b=drawn.background)
        if not _held_out(text):
            return text


def messy(rng: np.random.Generator, text: str, other: str) -> str:
    """As found texts are (PEZ's above all): words dropped, out of order, and one or two of another text among them."""
    words = [word for word in text.replace(",", "").split() if rng.random() < 0.8]
    words += list(rng.choice(other.split(), rng.integers(0, 3)))
    return " ".join(rng.permutation(words)) if words else text
