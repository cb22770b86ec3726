import { type Drawing, draw, drawingSettings } from './draw.js'
import type { Method } from './method.js'
import type { Tools } from './tools.js'

export interface ToldMethod {
  name: string
  label: string
  variant?: string
  /** The whole instruction. */
  text: string
}

/** A method that learns nothing: InstructPix2Pix with a plain text. */
export function told({ text, ...named }: ToldMethod, { bundle }: Tools): Method {
  // Without a style, the optional text alone is the instruction.
  const drawing: Drawing = { optional: text }
  return {
    ...named,
    protocol: 'none',
    usesBundle: true,
    dependsOn: { pair: false, seed: true },
    settings: drawingSettings(bundle, drawing),
    begin: async (task) => ({ draw: (photos) => draw(bundle, drawing, task, photos) }),
  }
}
