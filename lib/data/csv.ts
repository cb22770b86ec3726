/** A table as CSV (RFC 4180), what is null or undefined blank. */
export function csv(rows: readonly (readonly unknown[])[]): string {
  const quoted = (value: unknown) => {
    const text = value === null || value === undefined ? '' : String(value)
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  return rows.map((row) => `${row.map(quoted).join(',')}\r\n`).join('')
}
