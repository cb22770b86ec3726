"""Procedural drawings of face photos, with words for what was done."""

from .render import NAMES, Rendering, drawn, photographed, render

__all__ = ["NAMES", "Rendering", "drawn", "photographed", "render"]
