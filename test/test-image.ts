import type { Image } from '../lib/data/image.js'

/** A picture of smooth slopes and waves, different in each channel, as photos are between their edges. */
export function wavy(width: number, height: number): Image {
  const data = new Float32Array(3 * width * height)
  for (let channel = 0; channel < 3; channel++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [u, v] = [x / width, y / height]
        data[(channel * height + y) * width + x] =
          0.5 * Math.sin(5 * u + channel) * Math.cos(4 * v) + 0.4 * (u - v)
      }
    }
  }
  return { width, height, data }
}

/** Peak signal-to-noise ratio in dB; the peak of [-1, 1] is 2. */
export function psnr(a: Float32Array, b: Float32Array): number {
  const squares = a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0)
  return 10 * Math.log10(4 / (squares / a.length))
}

/** [r, g, b] of one pixel, as 0 to 255. */
export function pixel({ width, height, data }: Image, x: number, y: number): number[] {
  return [0, 1, 2].map((channel) => (data[(channel * height + y) * width + x]! + 1) * 127.5)
}
