/** What red, green and blue add to a colour's lightness (ITU-R 601). */
export const LUMA = [0.299, 0.587, 0.114] as const
