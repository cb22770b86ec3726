/** Text in SVG, measured by rule of thumb: what fonts a machine has is not known here. */

/** With what XML does not allow, broken surrogates and control characters, replaced. */
export function escapeXml(text: string): string {
  const allowed = text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
  return allowed.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)
}

export interface TextStyle {
  size: number
  colour?: string
  anchor?: 'start' | 'middle' | 'end'
  bold?: boolean
}

/** One line, (x, y) on its base line. */
export function textAt(x: number, y: number, text: string, style: TextStyle): string {
  const { size, colour = '#444', anchor = 'start', bold = false } = style
  const font = `font-family="sans-serif" font-size="${size}"${bold ? ' font-weight="bold"' : ''}`
  return `<text x="${x}" y="${y}" ${font} fill="${colour}" text-anchor="${anchor}">${escapeXml(text)}</text>`
}

/** The text, with its middle left out where it is wider than `width` px. */
export function shorten(text: string, width: number, size: number): string {
  const letters = [...text]
  let kept = letters.length
  const shown = () => {
    const head = Math.ceil(kept / 2)
    return kept === letters.length
      ? text
      : `${letters.slice(0, head).join('')}…${letters.slice(letters.length - kept + head).join('')}`
  }
  while (kept > 2 && widthOf(shown(), size) > width) kept--
  return shown()
}

/** Lines of words that are no wider than `width` px. The last of `most` ends in … where there are more. */
export function wrap(text: string, width: number, size: number, most: number): string[] {
  const lines: string[] = []
  for (const word of text.split(/\s+/)) {
    const longer = `${lines.at(-1) ?? ''} ${word}`.trim()
    if (lines.length > 0 && widthOf(longer, size) <= width) lines[lines.length - 1] = longer
    else lines.push(shorten(word, width, size))
  }
  if (lines.length <= most) return lines
  return [...lines.slice(0, most - 1), `${lines[most - 1]} …`]
}

/** In px, rather too wide than too narrow. From the CJK radicals on, letters are mostly as wide as they are high. */
function widthOf(text: string, size: number): number {
  return size * [...text].reduce((sum, letter) => sum + (letter >= '\u2e80' ? 1.1 : 0.6), 0)
}
