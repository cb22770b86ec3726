/** As `3 min 20 s`; `-` where nobody can tell. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '-'
  const whole = Math.round(seconds)
  const minutes = Math.floor(whole / 60)
  return minutes === 0 ? `${whole} s` : `${minutes} min ${whole % 60} s`
}

/** Since a performance.now(), as `0.52 s`. */
export const secondsSince = (started: number): string =>
  `${((performance.now() - started) / 1000).toFixed(2)} s`
