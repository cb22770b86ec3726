/** GPT-2's alphabet, which CLIP's vocabulary is spelled in: a printable letter for each of the 256 bytes. */

const printable = (byte: number) =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae

/** By byte. Those that do not print are given the letters from U+0100 on, in order. */
export const LETTERS: readonly string[] = (() => {
  let next = 0x100
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : next++))
})()

const BYTES = new Map(LETTERS.map((letter, byte) => [letter, byte]))

/** The bytes that a token spells. One with a letter that is none stands for itself, in UTF-8. */
export function bytesOfToken(token: string): Iterable<number> {
  const bytes = Array.from(token, (letter) => BYTES.get(letter))
  return bytes.includes(undefined) ? Buffer.from(token) : (bytes as number[])
}
