"""From a diffusers InstructPix2Pix checkpoint to a silverpoint bundle: `python -m models.export SOURCE -o DIR`."""
