import { chart } from './chart.js'
import type { Image } from './image.js'
import { type Box, renderPage } from './page.js'
import { textAt, wrap } from './svg.js'

export interface LearningPicture {
  photo: Image
  sketch: Image
  /** The photo, sketched in the learned style. */
  reconstruction: Image
  losses: readonly StepValues[]
  /** The text that the instruction began from. */
  text: string
}

interface StepValues {
  step: number
  loss: number
  reconstruction?: number
  edit: number
  drawing?: number
}

/** There is room for two. */
const TERMS = [
  { name: 'Reconstruction', key: 'reconstruction', colour: '#2b6cb0' },
  { name: 'Drawing', key: 'drawing', colour: '#2f855a' },
  { name: 'Edit direction', key: 'edit', colour: '#b7521e' },
] as const

/** In px. */
const COLUMN = 300
const GAP = 30
const TEXT = 14
const LINE = 20
const CHART = 210

const WIDTH = GAP + 3 * (COLUMN + GAP)

/** How a style was learned, on one page: the pair and its reconstruction, and below how each loss went. A PNG. */
export function learningPicture(learned: LearningPicture): Promise<Buffer> {
  const title = wrap(`Learned from “${learned.text}”`, WIDTH - 2 * GAP, TEXT, 3)
  const top = GAP + title.length * LINE + 6
  const below = top + COLUMN + 44
  const curve = (name: string, key: keyof StepValues, colour: string, column: number) => {
    const points = learned.losses.map((losses) => ({ x: losses.step, y: losses[key] ?? Number.NaN }))
    return chart({ title: name, xName: 'step', colour, points }, columnBox(column, below, CHART))
  }
  const told = TERMS.filter(({ key }) => learned.losses[0]?.[key] !== undefined).slice(0, 2)
  const pictures = [learned.photo, learned.sketch, learned.reconstruction]
  const svg = [
    ...title.map((line, i) => textAt(GAP, GAP + 11 + i * LINE, line, { size: TEXT, colour: '#222' })),
    ...['Photo', 'Sketch', 'Photo in the learned style'].map((name, i) =>
      textAt(columnBox(i, 0, 0).left + COLUMN / 2, top + COLUMN + 20, name, { size: TEXT, anchor: 'middle' }),
    ),
    ...curve('Loss', 'loss', '#333333', 0),
    ...told.flatMap(({ name, key, colour }, i) => curve(name, key, colour, 1 + i)),
  ]
  const placed = pictures.map((image, i) => ({ image, box: columnBox(i, top, COLUMN) }))
  return renderPage(WIDTH, below + CHART + GAP - 10, svg, placed)
}

function columnBox(column: number, top: number, height: number): Box {
  return { left: GAP + column * (COLUMN + GAP), top, width: COLUMN, height }
}
