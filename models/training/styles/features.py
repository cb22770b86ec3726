"""Eyes, brows, nose, mouth and jaw as a portrait artist puts them down, each in one of a few ways. `width`: of a line, in px."""

import numpy as np

from .filters import blur
from .pen import Pen, spline


def features(pen: Pen, curves: dict[str, np.ndarray], rng: np.random.Generator, width: float) -> None:
    """One way for all of a drawing: both eyes are alike."""
    wide = rng.uniform(0.9, 1.3) if rng.random() < 0.5 else 1.0  # eyes drawn larger than they are
    way = {name: rng.random() for name in ("lower", "crease", "bag", "iris", "brow")}
    bold = width * rng.uniform(1, 2)
    for left in ("left", "right"):
        eye(pen, {name.removeprefix(f"{left}_"): points for name, points in curves.items() if name.startswith(left)}, width, bold, wide, way)
        brow(pen, curves[f"{left}_upper_brow"], curves[f"{left}_lower_brow"], rng, width, way["brow"])
    nose(pen, curves, rng, width)
    if rng.random() < 0.8:
        jaw = curves["jaw"]
        gap = int(rng.integers(0, 7))  # left out before the ears
        pen.stroke(spline(jaw[gap : len(jaw) - gap]), width * rng.uniform(0.7, 1.3), rng.uniform(0.5, 1), 0.3)
    if rng.random() < 0.25:
        for name in ("left_fold", "right_fold"):
            pen.stroke(spline(curves[name]), 0.7 * width, rng.uniform(0.3, 0.8))
    mouth(pen, curves, rng, width)


def eye(pen: Pen, curves: dict[str, np.ndarray], width: float, bold: float, wide: float, way: dict[str, float]) -> None:
    centre = (curves["upper_lid"].mean(0) + curves["lower_lid"].mean(0)) / 2
    upper, lower, crease, bag = (
        spline(centre + wide * (curves[name] - centre)) for name in ("upper_lid", "lower_lid", "crease", "bag")
    )
    iris(pen, centre + wide * (curves["iris"] - centre), upper, lower, width, way["iris"])
    pen.stroke(upper, bold, 1.0, 0.5)
    if way["lower"] < 0.75:
        pen.stroke(lower, 0.7 * width, 0.5 + 0.6 * way["lower"])
    if way["crease"] < 0.5:
        pen.stroke(crease[5:-5], 0.7 * width, 0.4 + way["crease"])
    if way["bag"] < 0.2:
        pen.stroke(bag[8:-12], 0.6 * width, 0.3 + 2 * way["bag"])


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
    if way < 0.35:
        pen.stroke(np.concatenate([disc, disc[:1]]), 0.7 * width, 0.9, 0)
        pen.fill(between(centre + 0.5 * radius * circle), 1)
    elif way < 0.75:
        pen.fill(disc, 1)
        pen.light(centre + radius * (0.3 * circle + (0.25, -0.3)))
    else:
        pen.fill(disc, 0.3 + way / 2)
        pen.fill(between(centre + 0.45 * radius * circle), 1)


def brow(pen: Pen, upper: np.ndarray, lower: np.ndarray, rng: np.random.Generator, width: float, way: float) -> None:
    """A grey shape, a few lines along it, or short hairs across it."""
    upper, lower = spline(upper), spline(lower)
    if way < 0.35:
        pen.fill(np.concatenate([upper, lower[::-1]]), rng.uniform(0.4, 1))
    elif way < 0.6:
        for share in np.linspace(0.1, 0.9, int(rng.integers(2, 5))):
            pen.stroke(share * upper + (1 - share) * lower, 0.9 * width, rng.uniform(0.5, 1), 0.9)
    else:
        slant = int(rng.integers(1, 4))
        for at in range(0, len(upper) - slant, 2 if way > 0.8 else 1):
            ends = np.stack([lower[at], upper[at + slant] if rng.random() < 0.8 else upper[at]])
            pen.stroke(spline(ends, 3), 0.7 * width, rng.uniform(0.5, 1), 0.6)


def nose(pen: Pen, curves: dict[str, np.ndarray], rng: np.random.Generator, width: float) -> None:
    under, wings = curves["nostrils"], rng.random() < 0.75
    if wings:
        for name in ("left_wing", "right_wing"):
            pen.stroke(spline(curves[name]), 0.8 * width, rng.uniform(0.6, 1))
    if rng.random() < 0.8 or not wings:
        pen.stroke(spline(under), 0.8 * width, rng.uniform(0.5, 1), 0.4)
    if rng.random() < 0.6:
        up = np.array([0.0, -1.2])
        for one, other in ((0, 1), (4, 3)):
            pen.stroke(spline(np.stack([0.8 * under[one] + 0.2 * under[other], 0.2 * under[one] + 0.8 * under[other]]) + up), 1.6 * width, 1)
    if rng.random() < 0.35:
        name = ("left_bridge", "right_bridge")[rng.integers(2)]
        pen.stroke(spline(curves[name])[int(rng.integers(0, 8)) :], 0.7 * width, rng.uniform(0.4, 0.9))


def mouth(pen: Pen, curves: dict[str, np.ndarray], rng: np.random.Generator, width: float) -> None:
    upper, lower = spline(curves["upper_mouth"]), spline(curves["lower_mouth"])
    top, bottom = spline(curves["upper_lip"]), spline(curves["lower_lip"])
    open = (lower - upper)[:, 1].max() > 1.5
    if rng.random() < 0.4:
        shade = rng.uniform(0.2, 0.8)
        pen.fill(np.concatenate([top, upper[::-1]]), shade)
        pen.fill(np.concatenate([lower, bottom[::-1]]), shade * rng.uniform(0.4, 1))
    if open:
        pen.stroke(upper, width, 1, 0.5)
        pen.stroke(lower, 0.8 * width, 0.9, 0.5)
        if rng.random() < 0.3:
            for at in range(12, len(upper) - 12, 5):
                pen.stroke(spline(np.stack([upper[at], lower[at]]), 3), 0.4 * width, 0.6)
    else:
        pen.stroke((upper + lower) / 2, 1.2 * width, 1, 0.7)
    if rng.random() < 0.65:
        pen.stroke(top, 0.7 * width, rng.uniform(0.5, 1))
    if rng.random() < 0.75:
        cut = int(rng.integers(0, 15))
        pen.stroke(bottom[cut : len(bottom) - cut], 0.7 * width, rng.uniform(0.5, 1))


def locks(flow: np.ndarray, sitter, rng: np.random.Generator) -> np.ndarray:
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
