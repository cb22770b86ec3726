"""Procedural drawings of face photos, with words for what was done."""

from .render import FAMILIES, Rendering, render

__all__ = ["FAMILIES", "Rendering", "render"]
