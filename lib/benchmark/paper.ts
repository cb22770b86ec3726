/** The figures that the paper prints, for a table beside ours. */
import type { Results } from './results.js'
import type { Table } from './table.js'

/** Tables 1 to 3: SSIM, LPIPS, FID; seconds of training, and of one image. */
const FIGURES: readonly [string, number, number, number, number?, number?][] = [
  ['PANet', 0.427, 0.446, 116.67, 6062.2],
  ['DCNP', 0.448, 0.495, 111.1, 11954.76],
  ['HIDA', 0.408, 0.412, 79.13, 10361.46],
  ['HiFiSketch', 0.354, 0.497, 128.62, 71058.99],
  ['InstructPix2Pix', 0.437, 0.348, 78.91],
  ['PnP-Diffusion', 0.388, 0.545, 139.59, undefined, 194.21],
  ['pix2pix-zero', 0.336, 0.632, 190.25, undefined, 24.93],
  ['Ours (paper)', 0.461, 0.348, 68.46, 7616.35, 5.99],
]
/** Side in px that Stable Diffusion draws at. */
const FULL_SIZE = 512

/** Only beside results on OS-Sketch with full-size weights. */
export function paperTable({ dataset, bundle }: Pick<Results, 'dataset' | 'bundle'>): Table | undefined {
  if (dataset.name !== 'OS-Sketch' || bundle.resolution < FULL_SIZE) return undefined
  const text = (value: number | undefined, digits: number) => value?.toFixed(digits) ?? '-'
  return {
    title: 'As the paper prints them (Tables 1 to 3), not measured here',
    head: ['Method', 'SSIM ↑', 'LPIPS ↓', 'FID ↓', 'Training (s)', 'Inference (s an image)'],
    rows: FIGURES.map(([label, ssim, lpips, fid, training, inference]) => ({
      label,
      cells: [text(ssim, 3), text(lpips, 3), text(fid, 2), text(training, 2), text(inference, 2)].map(
        (text) => ({ text }),
      ),
    })),
    notes: [
      'The paper states neither the pairs it learned from nor LPIPS’ network, the code of FID, the resolution, the sampler or the prompt of InstructPix2Pix: a difference to a figure measured here may come from any of these.',
      'FID of different numbers of pictures, and of different code, cannot be compared; nor can seconds of its RTX 3090 with those of another machine.',
    ],
  }
}
