import { recipe } from '../style/recipe.js'
import { type Drawing, draw, drawingSettings } from './draw.js'
import type { Learning } from './learner.js'
import type { Method } from './method.js'
import type { Tools } from './tools.js'

export interface LearnedMethod {
  name: string
  label: string
  variant?: string
  learning: Learning
  drawing: Drawing
}

/** A method that learns an instruction from the pair and draws with it. */
export function learned({ learning, drawing, ...named }: LearnedMethod, { bundle, learner }: Tools): Method {
  const { recipe: name, changes, text, pairs } = learning
  return {
    ...named,
    protocol: 'one-shot',
    usesBundle: true,
    dependsOn: { pair: pairs === undefined, seed: true },
    settings: {
      recipe: recipe(name, changes),
      text: text ?? null,
      ...(pairs !== undefined && { pairs }),
      ...drawingSettings(bundle, drawing),
    },
    async begin(task) {
      const { style, learned } = await learner.learn(learning, task)
      return { learned, draw: (photos) => draw(bundle, { ...drawing, style }, task, photos) }
    },
  }
}
