"""Eyes, brows, nose, mouth and jaw as a portrait artist puts them down, each in one of a few ways. `width`: of a line, in px."""

import numpy as np

from .filters import blur
from .pen import Pen, spline
from .sitter import Sitter


def features(pen: Pen, curves: dict[str, np.ndarray], rng: np.random.Generator, width: float) -> None:
    """One way for all of a drawing: both eyes are alike. Which one goes mostly with the lines' width, fine pens drawing rings and
    hairs, broad ones discs and masses: what nothing tells would be learned as the mean of all ways, a smear."""
    way = np.clip(width / 1.6 + rng.normal(0, 0.1), 0, 1)
    wide = rng.uniform(0.95, 1.15)  # eyes drawn larger than they are
    bold = width * (1 + way)
    for side in ("left_", "right_"):
        own = {name.removeprefix(side): points for name, points in curves.items() if name.startswith(side)}
        eye(pen, own, width, bold, wide, way)
        brow(pen, own["upper_brow"], own["lower_brow"], width, way)
    nose(pen, curves, width, way)
    if rng.random() < 0.9:
        jaw = curves["jaw"]
        gap = int(rng.integers(0, 7))  # left out before the ears
        pen.stroke(spline(jaw[gap : len(jaw) - gap]), width * rng.uniform(0.8, 1.2), rng.uniform(0.6, 1), 0.3)
    if rng.random() < 0.15:
        for name in ("left_fold", "right_fold"):
            pen.stroke(spline(curves[name]), 0.7 * width, 0.6)
    mouth(pen, curves, width, way)


def eye(pen: Pen, curves: dict[str, np.ndarray], width: float, bold: float, wide: float, way: float) -> None:
    centre = (curves["upper_lid"].mean(0) + curves["lower_lid"].mean(0)) / 2
    upper, lower, crease = (spline(centre + wide * (curves[name] - centre)) for name in ("upper_lid", "lower_lid", "crease"))
    iris(pen, centre + wide * (curves["iris"] - centre), upper, lower, width, way)
    pen.stroke(upper, bold, 1.0, 0.5)
    pen.stroke(lower, 0.7 * width, 0.8)
    if way < 0.5:
        pen.stroke(crease[5:-5], 0.7 * width, 0.7)


def iris(pen: Pen, points: np.ndarray, upper: np.ndarray, lower: np.ndarray, width: float, way: float) -> None:
    """Between the lids: a ring with its pupil, a dark disc with a light in it, or a grey one."""
    centre, radius = points[0], np.linalg.norm(points[1:] - points[0], axis=1).mean()
    turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    circle = np.stack([np.cos(turn), np.sin(turn)], 1)

    def between(ring: np.ndarray) -> np.ndarray:
        order = np.argsort(upper[:, 0])
        top = np.interp(ring[:, 0], upper[order, 0], upper[order, 1])
        order = np.argsort(lower[:, 0])
        low = np.interp(ring[:, 0], lower[order, 0], lower[order, 1])
        return np.stack([ring[:, 0], np.clip(ring[:, 1], top, np.maximum(top, low))], 1)

    disc = between(centre + radius * circle)
    if way < 0.4:
        pen.stroke(np.concatenate([disc, disc[:1]]), 0.7 * width, 0.9, 0)
        pen.fill(between(centre + 0.5 * radius * circle), 1)
    else:
        pen.fill(disc, 1)
        pen.light(centre + radius * (0.3 * circle + (0.25, -0.3)))


def brow(pen: Pen, upper: np.ndarray, lower: np.ndarray, width: float, way: float) -> None:
    """Short hairs across it, a few lines along it, or a mass."""
    upper, lower = spline(upper), spline(lower)
    if way < 0.35:
        for at in range(0, len(upper) - 2, 2):
            pen.stroke(spline(np.stack([lower[at], upper[at + 2]]), 3), 0.7 * width, 0.8, 0.6)
    elif way < 0.6:
        for share in (0.15, 0.5, 0.85):
            pen.stroke(share * upper + (1 - share) * lower, 0.9 * width, 0.8, 0.9)
    else:
        pen.fill(np.concatenate([upper, lower[::-1]]), way)


def nose(pen: Pen, curves: dict[str, np.ndarray], width: float, way: float) -> None:
    under = curves["nostrils"]
    for name in ("left_wing", "right_wing"):
        pen.stroke(spline(curves[name]), 0.8 * width, 0.8)
    pen.stroke(spline(under), 0.8 * width, 0.7, 0.4)
    if way > 0.4:
        for one, other in ((0, 1), (4, 3)):
            hole = np.array([[0.8, 0.2], [0.2, 0.8]]) @ under[[one, other]] - (0, 1.2)
            pen.stroke(spline(hole), 1.6 * width, 1)


def mouth(pen: Pen, curves: dict[str, np.ndarray], width: float, way: float) -> None:
    upper, lower = spline(curves["upper_mouth"]), spline(curves["lower_mouth"])
    top, bottom = spline(curves["upper_lip"]), spline(curves["lower_lip"])
    if way > 0.6:
        pen.fill(np.concatenate([top, upper[::-1]]), way - 0.2)
        pen.fill(np.concatenate([lower, bottom[::-1]]), way - 0.4)
    if (lower - upper)[:, 1].max() > 1.5:
        pen.stroke(upper, width, 1, 0.5)
        pen.stroke(lower, 0.8 * width, 0.9, 0.5)
    else:
        pen.stroke((upper + lower) / 2, 1.2 * width, 1, 0.7)
    pen.stroke(top, 0.7 * width, 0.8)
    pen.stroke(bottom[4:-4], 0.7 * width, 0.8)


def locks(flow: np.ndarray, sitter: Sitter, rng: np.random.Generator) -> np.ndarray:
    """The way of the hair (angles): what the photo shows, and beside it along the outline, as long hair falls, or away from the
    parting, as short hair is combed."""
    side = flow.shape[0]
    y, x = np.mgrid[:side, :side].astype(np.float32)
    if rng.random() < 0.6:
        soft = blur(sitter.hair, 6)
        gy, gx = np.gradient(soft)
        told = np.arctan2(gy, gx) + np.pi / 2
    else:
        forehead = sitter.curves["forehead"]
        parting = forehead[len(forehead) // 2] + (rng.uniform(-0.2, 0.2) * side, rng.uniform(-0.12, 0.05) * side)
        told = np.arctan2(y - parting[1], x - parting[0])
    share = rng.uniform(0.2, 0.9)
    return 0.5 * np.arctan2(
        share * np.sin(2 * flow) + (1 - share) * np.sin(2 * told), share * np.cos(2 * flow) + (1 - share) * np.cos(2 * told)
    )
