"""Procedural drawings of face photos, with words for what was done."""

from .render import NAMES, Rendering, render

__all__ = ["NAMES", "Rendering", "render"]
