import { filtered } from './filtered.js'
import type { MakeMethods } from './tools.js'

/** The photo in grey: what a metric gives for nothing. */
export const grey: MakeMethods = () => [
  {
    name: 'grey',
    label: 'Grey photo',
    protocol: 'none',
    usesBundle: false,
    dependsOn: { pair: false, seed: false },
    settings: {},
    begin: async () => ({ draw: (photos) => filtered(photos, (grey) => grey) }),
  },
]
