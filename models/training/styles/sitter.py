"""Who is drawn: a photo, and what is known of the face in it."""

from dataclasses import dataclass

import cv2
import numpy as np

from ..landmarks import curves
from .filters import blur


@dataclass
class Sitter:
    photo: np.ndarray  # [side, side, 3] float32 in [0, 1]
    person: np.ndarray  # [side, side]: the mask of all but the background
    hair: np.ndarray  # [side, side]: empty on a bald head
    points: np.ndarray  # [n, 2] px

    @property
    def curves(self) -> dict[str, np.ndarray]:
        return curves(self.points)

    def telling(self, side: int) -> np.ndarray:
        """[side, side]: 1 at the eyes, brows, nose and mouth, by which a face is told, falling to 0 away from them."""
        full = self.person.shape[0]
        place = np.zeros((full, full), np.float32)
        for name, curve in self.curves.items():
            if name not in ("jaw", "forehead"):
                cv2.polylines(place, [np.round(curve).astype(np.int32)], False, 1.0, 3)
        return cv2.resize(blur(place, 2), (side, side), interpolation=cv2.INTER_AREA)
