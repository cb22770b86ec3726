"""Who is drawn: a photo, and what is known of the face in it."""

from dataclasses import dataclass

import numpy as np

from ..landmarks import curves


@dataclass
class Sitter:
    photo: np.ndarray  # [side, side, 3] float32 in [0, 1]
    person: np.ndarray  # [side, side]: the mask of all but the background
    hair: np.ndarray  # [side, side]: empty on a bald head
    points: np.ndarray  # [n, 2] px

    @property
    def curves(self) -> dict[str, np.ndarray]:
        return curves(self.points)
