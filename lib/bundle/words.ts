/**
 * White space is Unicode's, which JavaScript's \s is not; it falls away. Contractions come before letters, so that "it's"
 * is two words; digits stand alone.
 */
const WORDS =
  /<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\p{White_Space}\p{L}\p{N}]+/gu
/** What a special token written in capitals, a word to the pattern above, is cut into at the byte level. */
const PARTS = /\p{L}+|\P{L}+/gu

/** The words of a text, in CLIP's normal form, that tokens never reach across. */
export function splitWords(text: string): string[] {
  // Sigma first: in a whole string JavaScript's lower case of it is another one at the end of a word.
  const lower = normalise(text).replaceAll('Σ', 'σ').toLowerCase()
  const words: string[] = lower.match(WORDS) ?? []
  return words.flatMap((word) => (word.startsWith('<|') ? (word.match(PARTS) as string[]) : [word]))
}

/**
 * As NFC, but for more than 256 combining marks in a row, which are put in order part by part: putting them in order takes
 * time that grows with their square, minutes for a megabyte of them.
 */
function normalise(text: string): string {
  return text.replace(/\P{M}*\p{M}{0,256}/gu, (part) => part.normalize('NFC'))
}
