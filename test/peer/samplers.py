"""Runs diffusers' own schedulers step by step and keeps every step's latents in test/fixtures/samplers.safetensors.

    python -m test.peer.samplers

The network that they sample is 0.3 * input + constants[step], which any side can evaluate. Tensors of the file:
  start [2, 4, 4, 4], constants and noise [20, 2, 4, 4, 4]: standard normal
  alphas_cumprod/SCHEDULE, noised/SCHEDULE, velocity/SCHEDULE: the tables, and start noised by noise[0] at timesteps [2]
  SAMPLER/PREDICTION/SCHEDULE/STEPS/{timesteps, scaled, latents}: each [STEPS, ...]; scaled is the network's input, kept where
  the sampler changes it; latents are those after the step
"""
from pathlib import Path
from unittest import mock

import diffusers
import torch
from diffusers import (
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    EulerAncestralDiscreteScheduler,
    EulerDiscreteScheduler,
)
from safetensors.torch import save_file

TARGET = Path("test/fixtures/samplers.safetensors")
SHAPE = [2, 4, 4, 4]
TIMESTEPS = [981, 20]
PREDICTIONS = ["epsilon", "v_prediction", "sample"]

# Stable Diffusion's, and the defaults of diffusers.
SCHEDULES = {
    "scaled_linear": dict(beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012),
    "linear": dict(beta_schedule="linear", beta_start=0.0001, beta_end=0.02),
    "squaredcos_cap_v2": dict(beta_schedule="squaredcos_cap_v2"),
}

# Every other setting is the class's default.
SAMPLERS = {
    "ddim": (DDIMScheduler, dict(clip_sample=False, set_alpha_to_one=False, steps_offset=1)),
    "euler": (EulerDiscreteScheduler, dict(timestep_spacing="trailing")),
    "euler-ancestral": (EulerAncestralDiscreteScheduler, dict(timestep_spacing="trailing")),
    "dpm-solver++": (DPMSolverMultistepScheduler, {}),
}


def cases():
    for sampler in SAMPLERS:
        for prediction in PREDICTIONS:
            if (sampler, prediction) == ("euler-ancestral", "sample"):
                continue  # diffusers raises NotImplementedError
            for steps in (1, 2, 5, 20):
                yield sampler, prediction, "scaled_linear", steps
            yield sampler, prediction, "linear", 5
            if comparable_on_cosine(sampler, prediction):
                yield sampler, prediction, "squaredcos_cap_v2", 5


def comparable_on_cosine(sampler, prediction):
    """The cosine schedule's alpha at timestep 999 is 5e-5: where 1 / alpha scales the latents, their float32 holds two decimals."""
    return sampler == "ddim" or (sampler == "dpm-solver++" and prediction != "epsilon")


def run(sampler, prediction, schedule, steps, start, constants, noise):
    """Returns timesteps, network inputs and latents of every step."""
    scheduler_class, settings = SAMPLERS[sampler]
    scheduler = scheduler_class(**SCHEDULES[schedule], **settings, prediction_type=prediction)
    scheduler.set_timesteps(steps)
    latents = start * scheduler.init_noise_sigma
    inputs, outputs = [], []
    for step, timestep in enumerate(scheduler.timesteps):
        scaled = scheduler.scale_model_input(latents, timestep)
        with mock.patch(f"{scheduler_class.__module__}.randn_tensor", lambda *args, **kwargs: noise[step]):
            latents = scheduler.step(0.3 * scaled + constants[step], timestep, latents, return_dict=False)[0]
        inputs.append(scaled)
        outputs.append(latents)
    return scheduler.timesteps.float(), torch.stack(inputs), torch.stack(outputs)


def main() -> None:
    generator = torch.Generator().manual_seed(0)
    start = torch.randn(SHAPE, generator=generator)
    constants = torch.randn([20, *SHAPE], generator=generator)
    noise = torch.randn([20, *SHAPE], generator=generator)
    tensors = {"start": start, "constants": constants, "noise": noise}
    timesteps = torch.tensor(TIMESTEPS)
    for schedule, settings in SCHEDULES.items():
        scheduler = DDIMScheduler(**settings)
        tensors[f"alphas_cumprod/{schedule}"] = scheduler.alphas_cumprod
        tensors[f"noised/{schedule}"] = scheduler.add_noise(start, noise[0], timesteps)
        tensors[f"velocity/{schedule}"] = scheduler.get_velocity(start, noise[0], timesteps)
    for sampler, prediction, schedule, steps in cases():
        name = f"{sampler}/{prediction}/{schedule}/{steps}"
        timesteps, inputs, outputs = run(sampler, prediction, schedule, steps, start, constants, noise)
        tensors[f"{name}/timesteps"] = timesteps
        tensors[f"{name}/latents"] = outputs
        if sampler.startswith("euler"):
            tensors[f"{name}/scaled"] = inputs
    save_file(tensors, TARGET, metadata={"made by": f"diffusers {diffusers.__version__}"})
    print(f"{TARGET}: {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
