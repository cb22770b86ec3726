"""A pen: strokes of changing width and pressure, put down larger and shrunk, so that a line may be half a pixel wide and stays crisp."""

import cv2
import numpy as np

from .filters import blur, noise

FINE = 4  # times larger; a power of two
STEP = 1.5  # px between the points of a traced stroke


class Pen:
    """`hand`: px by which a smooth field displaces what is drawn, as imprecise hands do."""

    def __init__(self, rng: np.random.Generator, side: int, hand: float):
        self.rng, self.side = rng, side
        self.field = hand * np.dstack([noise(rng, side, 9), noise(rng, side, 9)])
        self.marks: list[tuple[float, np.ndarray]] = []
        self.lights: list[tuple[float, np.ndarray]] = []

    def stroke(self, points: np.ndarray, width: float, pressure: float = 1.0, taper: float = 0.6) -> None:
        """Along `points` ([n, 2]); thinner towards its ends by `taper` of its width."""
        points = self._displaced(points)
        along = np.concatenate([points[1:2] - points[:1], points[2:] - points[:-2], points[-1:] - points[-2:-1]])
        across = along[:, ::-1] * (1, -1) / np.maximum(np.hypot(*along.T), 1e-6)[:, None]
        thickness = 1 - taper + taper * np.sin(np.pi * np.arange(len(points)) / (len(points) - 1))
        half = 0.5 * max(width, 1 / FINE) * across * thickness[:, None]
        self.marks.append((pressure, np.concatenate([points + half, (points - half)[::-1]])))

    def fill(self, polygon: np.ndarray, pressure: float) -> None:
        self.marks.append((pressure, self._displaced(polygon)))

    def light(self, polygon: np.ndarray) -> None:
        """Bare paper over all that lies there."""
        self.lights.append((0.0, self._displaced(polygon)))

    def ink(self) -> np.ndarray:
        """[side, side]: 0 is bare, 1 all that the pen gives; of marks over one another the darkest is seen."""
        canvas = np.zeros((FINE * self.side, FINE * self.side), np.uint8)
        for pressure, polygon in [*sorted(self.marks, key=lambda mark: mark[0]), *self.lights]:
            corners = np.round((polygon + 0.5) * FINE * 16).astype(np.int32)
            cv2.fillPoly(canvas, [corners], int(255 * min(pressure, 1)), cv2.LINE_8, shift=4)
        return cv2.resize(canvas, (self.side, self.side), interpolation=cv2.INTER_AREA).astype(np.float32) / 255

    def _displaced(self, points: np.ndarray) -> np.ndarray:
        x, y = (points + 0.5).astype(int).clip(0, self.side - 1).T
        return points + self.field[y, x]


def spline(points: np.ndarray, times: int = 5) -> np.ndarray:
    """Catmull and Rom's curve through the points ([n, 2])."""
    p = np.concatenate([points[:1], points, points[-1:]])
    t = np.linspace(0, 1, times, endpoint=False)[None, :, None]
    a, b, c, d = (p[i : len(p) - 3 + i, None] for i in range(4))
    curve = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    return np.concatenate([curve.reshape(-1, 2), points[-1:]])


def outlines(mask: np.ndarray, smooth: float = 2.0) -> list[np.ndarray]:
    """The edges of a mask ([side, side] in [0, 1]) as curves, without the picture's own edges."""
    side = mask.shape[0]
    found, _ = cv2.findContours((blur(mask, 1) > 0.5).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    curves = []
    for contour in found:
        points = contour[:, 0].astype(np.float32)
        if len(points) < 25:
            continue
        inside = ((points > 1) & (points < side - 2)).all(1)
        start = int(np.argmin(inside))  # at the picture's edge, where it comes there
        points, inside = np.roll(points, -start, axis=0), np.roll(inside, -start)
        soft = _smoothed(points, smooth, "wrap" if inside.all() else "edge")
        pieces = np.split(np.arange(len(points)), np.flatnonzero(np.diff(inside)) + 1)
        curves += [soft[piece[::2]] for piece in pieces if inside[piece[0]] and len(piece) > 12]
    return curves


def _smoothed(points: np.ndarray, sigma: float, ends: str) -> np.ndarray:
    reach = int(3 * sigma)
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    padded = np.pad(points, ((reach, reach), (0, 0)), ends)
    return np.stack([np.convolve(axis, weights / weights.sum(), "valid") for axis in padded.T], 1)


def traced(rng: np.random.Generator, flow: np.ndarray, area: np.ndarray, count: int, reach: int) -> list[np.ndarray]:
    """Strokes along the flow (angles, [side, side]) from random places of an area (bool), as long as they stay in it: up to `reach`
    steps each way."""
    ys, xs = np.nonzero(area)
    if len(xs) == 0 or count == 0:
        return []
    side, at = area.shape[0], rng.integers(len(xs), size=count)
    seeds = np.stack([xs[at], ys[at]], 1) + rng.uniform(-0.5, 0.5, (count, 2))
    ways = []
    for sign in (-1, 1):
        place, heading, alive, path = seeds, np.zeros((count, 2)), np.ones(count, bool), []
        for step in range(reach):
            x, y = np.clip(np.round(place), 0, side - 1).astype(int).T
            alive = alive & area[y, x]
            angle = flow[y, x]
            to = np.stack([np.cos(angle), np.sin(angle)], 1) * (sign if step == 0 else 1)
            # A direction has no sign: keep going the way we came.
            to *= np.where(step > 0, np.sign((to * heading).sum(1, keepdims=True) + 1e-9), 1)
            heading, place = to, place + STEP * to * alive[:, None]
            path.append(np.where(alive[:, None], place, np.nan))
        ways.append(np.stack(path, 1))
    both = np.concatenate([ways[0][:, ::-1], seeds[:, None], ways[1]], 1)
    strokes = (stroke[~np.isnan(stroke[:, 0])] for stroke in both)
    return [stroke for stroke in strokes if len(stroke) > 3]
