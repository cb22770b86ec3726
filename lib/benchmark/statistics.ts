export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value / values.length, 0)

/** Standard deviation of a sample (divided by n - 1); of one value there is none. */
export function deviation(values: readonly number[]): number | null {
  if (values.length < 2) return null
  const centre = mean(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1))
}

/** The lower of the two middle ones. */
export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[(values.length - 1) >> 1] as number
