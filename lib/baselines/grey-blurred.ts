import sharp from 'sharp'
import type { GreyImage } from '../metrics/grey.js'
import { filtered } from './filtered.js'
import type { MakeMethods } from './tools.js'

/** Standard deviation of the blur, of the picture's longest side: 2 px of 128. */
const SIGMA = 1 / 64

/** The grey photo, blurred: a control. A metric that it wins is no evidence of a drawing. */
export const greyBlurred: MakeMethods = () => [
  {
    name: 'grey-blurred',
    label: 'Grey photo, blurred',
    protocol: 'none',
    usesBundle: false,
    dependsOn: { pair: false, seed: false },
    settings: { sigma: SIGMA },
    begin: async () => ({ draw: (photos) => filtered(photos, blur) }),
  },
]

async function blur({ width, height, data }: GreyImage): Promise<GreyImage> {
  const blurred = await sharp(data, { raw: { width, height, channels: 1 } })
    .blur(SIGMA * Math.max(width, height))
    .toColourspace('b-w')
    .raw()
    .toBuffer()
  return { width, height, data: new Uint8Array(blurred) }
}
