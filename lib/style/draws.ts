/** Which timestep and which noise each learning step sees, worked out before the first. */
import { generator } from './random.js'
import type { Recipe } from './recipe.js'

/** In the order they are seen, a recipe's `batch` a step. Noise is a pure function of (seed, pair, draw), so a number stands for it. */
export interface Draws {
  timesteps: number[]
  draws: number[]
}

/** Held draws are numbered from here: no learning step ever sees them. */
const HELD = 2 ** 31

/** @param timesteps how many the schedule has. */
export function learningDraws(recipe: Recipe, timesteps: number, seed: number): Draws {
  const random = generator(seed)
  const { steps, batch, draws: plan } = recipe
  const length = steps * batch
  if (plan.kind === 'fresh') {
    return {
      timesteps: Array.from({ length }, () => Math.floor(random() * timesteps)),
      draws: Array.from({ length }, (_, index) => index),
    }
  }
  const count = plan.kind === 'fixed' ? plan.count : timesteps
  const order = epochs(count, length, random)
  return { timesteps: order.map((index) => spread(index, count, timesteps)), draws: order }
}

/** Draws apart from those learned on, one timestep in the middle of each of `count` equal parts. */
export function heldDraws(count: number, timesteps: number): Draws {
  const indices = Array.from({ length: count }, (_, index) => index)
  return {
    timesteps: indices.map((index) => spread(index, count, timesteps)),
    draws: indices.map((index) => HELD + index),
  }
}

/** The middle of the index-th of `count` equal parts of 0..length - 1. */
const spread = (index: number, count: number, length: number): number =>
  Math.floor(((index + 0.5) * length) / count)

/** 0..count-1 shuffled, again and again, until there are `length`. */
function epochs(count: number, length: number, random: () => number): number[] {
  const order: number[] = []
  while (order.length < length) order.push(...shuffled(count, random))
  return order.slice(0, length)
}

/** Fisher and Yates. */
function shuffled(count: number, random: () => number): number[] {
  const order = Array.from({ length: count }, (_, index) => index)
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    ;[order[last], order[other]] = [order[other] as number, order[last] as number]
  }
  return order
}
