"""diffusers' schedulers by the names that silverpoint has for them, with its settings."""

from diffusers import DPMSolverMultistepScheduler, EulerAncestralDiscreteScheduler, SchedulerMixin


def scheduler_of(name: str, own: SchedulerMixin) -> SchedulerMixin:
    """For the noise schedule of a pipeline's own scheduler; `own` is that itself."""
    match name:
        case "dpm-solver++":
            return DPMSolverMultistepScheduler.from_config(own.config)
        case "euler-ancestral":
            return EulerAncestralDiscreteScheduler.from_config(own.config, timestep_spacing="trailing")
        case "own":
            return own
    raise ValueError(f"Expected dpm-solver++, euler-ancestral or own, but received {name}.")
