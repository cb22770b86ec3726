/** HTML in which whatever is put in is escaped, but for what is HTML already. */
import { escapeXml } from '../../data/svg.js'

export class Html {
  readonly text: string

  /** @param text that is HTML. */
  constructor(text: string) {
    this.text = text
  }
}

type Value = Html | string | number | false | null | undefined | readonly Value[]

export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(strings.map((text, i) => text + (i < values.length ? textOf(values[i]) : '')).join(''))
}

function textOf(value: Value): string {
  if (value === undefined || value === null || value === false) return ''
  if (value instanceof Html) return value.text
  if (Array.isArray(value)) return value.map(textOf).join('')
  return escapeXml(String(value))
}

/** A value for a script of the page: what would end the script is written another way. */
export const jsonForScript = (value: unknown): Html =>
  new Html(JSON.stringify(value).replaceAll('<', '\\u003c'))

/** A path below the page's folder, with `/` between folders, as a link has it. */
export const linkTo = (path: string): string => path.split('/').map(encodeURIComponent).join('/')
