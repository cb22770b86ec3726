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
  // Letter by letter: the lower case of a whole string has another sigma at the end of a word.
  const lower = Array.from(text.normalize('NFC'), (letter) => letter.toLowerCase()).join('')
  const words: string[] = lower.match(WORDS) ?? []
  return words.flatMap((word) => (word.startsWith('<|') ? (word.match(PARTS) as string[]) : [word]))
}
