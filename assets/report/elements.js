/** Making parts of a page. */
export const text = (value) => document.createTextNode(value)

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(key, value)
    else if (value !== undefined && value !== false) made.setAttribute(key, value)
  }
  made.append(...children.filter((child) => child !== undefined && child !== null && child !== false))
  return made
}

/** options: [value, name] each. */
export function select(name, options, onChange) {
  const list = element('select', { change: () => onChange(list.value) })
  for (const [value, shown] of options) list.append(element('option', { value }, shown))
  return { list, labelled: element('label', {}, name, list) }
}

export function picture(src, alt, caption, onOpen) {
  const image = element('img', { src, alt, loading: 'lazy' })
  const shown = onOpen
    ? element('button', { type: 'button', 'aria-label': `Compare: ${alt}`, click: onOpen }, image)
    : image
  return element('figure', {}, shown, element('figcaption', {}, ...caption))
}
