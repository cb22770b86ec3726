/** Any text: what people write, what programs break on, what CLIP reads as its own. */
import type { Random } from './random.js'

type Piece = (random: Random) => string

const from =
  (first: number, last: number): Piece =>
  (random) =>
    String.fromCodePoint(first + random.below(last - first + 1))
const oneOf =
  (...pieces: string[]): Piece =>
  (random) =>
    random.pick(pieces)

const PIECES: readonly Piece[] = [
  oneOf('a pencil sketch', "it's", 'DON’T', 'face ', 'x', '12', ' ', '\n'),
  oneOf('<|startoftext|>', '<|endoftext|>', '<|ENDOFTEXT|>', '<|', '</w>', '|>'),
  oneOf('\0', '\u0085', '\u200d', '\u202e', '\ufeff', '\ufffd', '\uffff', '\u{10ffff}', '\u1680', '\x1c'),
  oneOf('ß', 'İ', 'ς', 'Σ', 'ﬁ', '각', '\u1100\u1161\u11a8', '\u212b', '👩‍👩‍👧', '🇩🇪'),
  from(0, 0xff),
  // Marks that combine, out of order too.
  (random) => `e${String.fromCodePoint(0x300 + random.below(0x70)).repeat(1 + random.below(3))}`,
  oneOf('\u0301\u0316', '\u0316'),
  // Halves of letters beyond U+FFFF, alone.
  from(0xd800, 0xdfff),
  from(0, 0xffff),
  from(0x10000, 0x10ffff),
]

/** Up to some dozens of pieces; now and then one of them, or all, repeated to a megabyte of UTF-8. */
export function anyText(random: Random): string {
  const make = () => random.pick(PIECES)(random)
  const pieces = Array.from({ length: random.below(40) }, make).join('')
  if (!random.chance(0.002)) return pieces
  const unit = random.chance(0.5) ? make() : pieces || 'x'
  return unit.repeat(Math.ceil(2 ** 20 / Buffer.byteLength(unit)))
}
