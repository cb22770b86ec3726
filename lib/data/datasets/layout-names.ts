export const LAYOUT_NAMES = ['os-sketch', 'fs2k', 'cufs', 'apdrawing', 'visii', 'plain'] as const
export type LayoutName = (typeof LAYOUT_NAMES)[number]
