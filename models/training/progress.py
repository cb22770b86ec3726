"""What every training stage shares: a clock, a log line, and a checkpoint that survives being killed."""

import json
import os
import time
from pathlib import Path

import torch


class Clock:
    def __init__(self, minutes: float):
        self.start = time.monotonic()
        self.minutes = minutes

    def spent(self) -> float:
        """Share of the time that is gone."""
        return (time.monotonic() - self.start) / (60 * self.minutes)

    def over(self) -> bool:
        return self.spent() >= 1


def log(path: Path, **row) -> None:
    line = json.dumps({key: round(value, 5) if isinstance(value, float) else value for key, value in row.items()})
    print(line, flush=True)
    with path.open("a") as file:
        file.write(line + "\n")


def save(state: dict, path: Path) -> None:
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    os.replace(partial, path)


class Average:
    """Exponential moving average of the weights; its memory grows with the run up to `decay`."""

    def __init__(self, module: torch.nn.Module, decay: float = 0.995):
        self.decay, self.steps = decay, 0
        self.weights = {name: value.detach().clone() for name, value in module.state_dict().items()}

    @torch.no_grad()
    def update(self, module: torch.nn.Module) -> None:
        self.steps += 1
        amount = 1 - min(self.decay, (1 + self.steps) / (10 + self.steps))
        state = module.state_dict()
        torch._foreach_lerp_([self.weights[name] for name in state], list(state.values()), amount)
