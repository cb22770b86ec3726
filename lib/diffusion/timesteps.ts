/**
 * Which timesteps a sampler takes, the noisiest first. The spacings bear diffusers' names; Table 2 of Lin et al., "Common
 * Diffusion Noise Schedules and Sample Steps are Flawed" (2305.08891) compares them.
 */

/**
 * Every floor(timesteps / steps)-th timestep from 1: `leading` with steps_offset 1, as Stable Diffusion's scheduler
 * config has it. All timesteps leave no room for the offset and are taken from 0.
 */
export function leading(timesteps: number, steps: number): number[] {
  const stride = Math.floor(timesteps / steps)
  const offset = steps === timesteps ? 0 : 1
  return Array.from({ length: steps }, (_, i) => (steps - 1 - i) * stride + offset)
}

/** Evenly from timesteps - 1 down to one stride above the last, rounded half to even: no call of the network where no noise is left. */
export function trailing(timesteps: number, steps: number): number[] {
  return Array.from({ length: steps }, (_, i) => roundHalfToEven(timesteps - (i * timesteps) / steps) - 1)
}

/** Evenly from timesteps - 1 down to one step above 0, rounded half to even: the multistep solvers' `linspace`. */
export function roundedLinspace(timesteps: number, steps: number): number[] {
  return linspace(0, timesteps - 1, steps + 1)
    .slice(1)
    .map(roundHalfToEven)
    .reverse()
}

/** NumPy's linspace, to the bit: `count` numbers from `start` to `end`; a single one is `start`. */
export function linspace(start: number, end: number, count: number): number[] {
  const numbers = Array.from({ length: count - 1 }, (_, i) => i * ((end - start) / (count - 1)) + start)
  return [...numbers, count === 1 ? start : end]
}

function roundHalfToEven(x: number): number {
  const rounded = Math.round(x)
  return rounded - x === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded
}
