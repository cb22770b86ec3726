"""Fixtures made by the peers that silverpoint is measured against: diffusers, transformers and PyTorch."""
