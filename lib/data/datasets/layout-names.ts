/** How published data sets lay their files out; `plain`: the folders photos and sketches, files of one name. */
export const LAYOUT_NAMES = ['os-sketch', 'fs2k', 'cufs', 'apdrawing', 'visii', 'plain'] as const
/** One of {@link LAYOUT_NAMES}. */
export type LayoutName = (typeof LAYOUT_NAMES)[number]
