"""Stage `distill`: weights trained without the photo's guidance learn to draw by it, in one branch (Meng et al., 2210.03142).

    python -m models.training.distill --work DIR --minutes 30 [--device cuda]

The teacher is WORK/unet.pt as it first was, kept as WORK/teacher.pt, guided by the photo besides; the network in WORK/unet.pt goes on from
it. Its examples, texts stirred and blended, are those of the stage `unet`, so that what is learned later from a pair is guided, too.
"""

import torch

from .progress import save
from .unet import PHOTO, Noised, build, empty, fit, options, placed, predict


def main() -> None:
    told = options(__doc__)
    kept = told.work / "teacher.pt"
    if not kept.exists():
        save(torch.load(told.work / "unet.pt", map_location="cpu")["average"], kept)
    teacher = build()
    teacher.load_state_dict(torch.load(kept, map_location=told.device))
    placed(teacher, told.device).requires_grad_(False).eval()

    @torch.no_grad()
    def guided(batch: Noised) -> torch.Tensor:
        photo, neither = empty(teacher, batch)
        return predict(teacher, batch.sample, batch.t, batch.context) + PHOTO * (photo - neither)

    fit(told, lambda unet, batch: (predict(unet, batch.sample, batch.t, batch.context), guided(batch)))


if __name__ == "__main__":
    main()
