"""Stage `distill`: a network that draws by one branch what the trained one draws guided (Meng et al., 2210.03142).

    python -m models.training.distill --work DIR --minutes 60 [--device cuda]

Guided drawings follow their texts better, and cost the instruction's branch and one more: here they cost one. The teacher is the
stage `unet`'s result; the network begins as it is, and learns its guided prediction under the same examples, texts stirred and
blended alike, so that what is learned later from a pair is guided, too.
"""

import torch

from .unet import Noised, build, fit, options, placed, predict

TEXT = 2.0  # the guidance: above, colours drift


def main() -> None:
    told = options(__doc__)
    trained = torch.load(told.work / "unet.pt", map_location=told.device)["average"]
    teacher, student = build(), build()
    for unet in (teacher, student):
        unet.load_state_dict(trained)
        placed(unet, told.device)
    teacher.requires_grad_(False).eval()

    @torch.no_grad()
    def guided(batch: Noised) -> torch.Tensor:
        """As the text's dropping made some texts empty, their own branch and the other are one: they stay as they are."""
        contexts = torch.cat([batch.context, batch.void.expand_as(batch.context)])
        text, image = predict(teacher, batch.sample.repeat(2, 1, 1, 1), batch.t.repeat(2), contexts).chunk(2)
        return image + TEXT * (text - image)

    fit(student, "distilled", 3e-4, guided, told)


if __name__ == "__main__":
    main()
