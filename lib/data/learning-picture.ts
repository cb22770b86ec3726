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
  reconstruction: number
  edit: number
  drawing?: number
}

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
  const pictures = [learned.photo, learned.sketch, learned.reconstruction]
  const svg = [
    ...title.map((line, i) => textAt(GAP, GAP + 11 + i * LINE, line, { size: TEXT, colour: '#222' })),
    ...['Photo', 'Sketch', 'Photo in the learned style'].map((name, i) =>
      textAt(columnBox(i, 0, 0).left + COLUMN / 2, top + COLUMN + 20, name, { size: TEXT, anchor: 'middle' }),
    ),
    ...curve('Loss', 'loss', '#333333', 0),
    ...curve('Reconstruction', 'reconstruction', '#2b6cb0', 1),
    ...(learned.losses[0]?.drawing === undefined
      ? curve('Edit direction', 'edit', '#b7521e', 2)
      : curve('Drawing', 'drawing', '#2f855a', 2)),
  ]
  const placed = pictures.map((image, i) => ({ image, box: columnBox(i, top, COLUMN) }))
  return renderPage(WIDTH, below + CHART + GAP - 10, svg, placed)
}

function columnBox(column: number, top: number, height: number): Box {
  return { left: GAP + column * (COLUMN + GAP), top, width: COLUMN, height }
}
