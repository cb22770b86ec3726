import { told } from './told.js'
import type { MakeMethods } from './tools.js'

/** InstructPix2Pix (Brooks et al., 2211.09800) with the user's plain text. */
export const instructPix2Pix: MakeMethods = (tools) => [
  told({ name: 'instruct-pix2pix', label: 'InstructPix2Pix', text: tools.wishes.text }, tools),
]
