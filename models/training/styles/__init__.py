"""Procedural drawings of face photos, with words for what was done."""

from .render import NAMES, Rendering, Sitter, drawn, photographed, render

__all__ = ["NAMES", "Rendering", "Sitter", "drawn", "photographed", "render"]
