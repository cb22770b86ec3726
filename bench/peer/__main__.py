"""diffusers' side of a comparison: works on request, one JSON line in, one JSON line out (bench/lib/contender.mjs).

    python -m bench.peer MODEL [--device cpu|cuda] [--dtype float32|bfloat16] [--threads 2]
        [--setting eager|channels-last|graphs|plain-attention|checkpointed|compile|compile-graphs]

MODEL: the folder in diffusers' layout that the bundle was exported from.
"""

import argparse
import json
import platform
import resource
import sys
import time
import traceback
from collections.abc import Callable

import diffusers
import torch

from .learning import Learning
from .model import SETTINGS, Model
from .sketching import Sketching


def timed(work: Callable[[], dict | None]) -> dict:
    start = time.perf_counter()
    value = work()
    return {"seconds": time.perf_counter() - start, **(value or {})}


class Works:
    def __init__(self, model: Model):
        self.model = model
        self.learning, self.sketching = Learning(model), Sketching(model)

    def about(self) -> dict:
        return {"diffusers": diffusers.__version__, "torch": torch.__version__, "python": platform.python_version()}

    @torch.no_grad()
    def forward(self, **options) -> dict:
        inputs = self.model.inputs(**options)
        return timed(lambda: {"norm": self.model.unet(*inputs).sample.float().norm().item()})

    def gradient(self, **options) -> dict:
        """Forward, and the gradient to the context."""
        sample, timestep, context = self.model.inputs(**options)
        context = context.float().requires_grad_()

        def work() -> dict:
            loss = self.model.unet(sample, timestep, context.to(self.model.dtype)).sample.float().pow(2).mean()
            return {"norm": torch.autograd.grad(loss, context)[0].norm().item()}

        return timed(work)

    def learn(self, **options) -> dict:
        return timed(lambda: self.learning.learn(**options))

    def steps(self, **options) -> dict:
        return self.learning.steps(**options)

    def network(self, **options) -> dict:
        return self.sketching.network(**options)

    def curve(self, **options) -> dict:
        return self.learning.learn(**options)

    def sketch(self, **options) -> dict:
        return timed(lambda: self.sketching.sketch(**options))

    def memory(self) -> dict:
        answer = {"peakMB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3}
        if self.model.device == "cuda":
            answer["gpuPeakMB"] = torch.cuda.max_memory_allocated() / 1e6
        return answer


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.peer", description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("--dtype", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--setting", choices=SETTINGS, default="eager")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    works = Works(Model(options.model, getattr(torch, options.dtype), options.setting, options.device))
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = getattr(works, request.pop("work"))(**request)
        except Exception:
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
