import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { fivePoints } from '../lib/data/face-choice.js'
import { findBoxes } from '../lib/data/faces/boxes.js'
import { describeFace } from '../lib/data/faces/descriptor.js'
import { findLandmarks } from '../lib/data/faces/landmarks.js'
import { fromSharp } from '../lib/data/image.js'
import type { Box } from '../lib/data/page.js'
import { scope } from '../lib/torch/index.js'
import { fixture } from './helpers.js'

interface Told {
  picture: string
  boxes: { side: number; least: number; found: { score: number; box: Box }[] }[]
  parts: { part: Box; landmarks: { x: number; y: number }[]; descriptor: number[] }[]
}

/** By test/peer/faces.mjs. */
const told: Told[] = JSON.parse(readFileSync(fixture('faces.json'), 'utf8'))

const DEMO = join(import.meta.dirname, '..', 'examples', 'demo')
const WINDOW = { left: 0, top: 0, width: 256, height: 224 }
const read = (window = WINDOW, picture = 'pair/photo.png') =>
  fromSharp(sharp(join(DEMO, picture)).extract(window))

const apart = (ours: readonly number[], theirs: readonly number[]) =>
  Math.max(...theirs.map((value, i) => Math.abs(value - ours[i]!)))

it('finds the boxes that face-api finds', async () => {
  for (const { picture, boxes } of told) {
    const image = await read(WINDOW, picture)
    for (const { side, least, found } of boxes) {
      const ours = await findBoxes(image, side, least)
      const what = `${picture} at ${side} px`
      expect(ours.length, what).toBe(found.length)
      for (const [i, { score, box }] of found.entries()) {
        expect(Math.abs(ours[i]!.score - score), what).toBeLessThan(1e-4)
        expect(apart(Object.values(ours[i]!.box), Object.values(box)), what).toBeLessThan(0.01)
      }
    }
  }
  expect(told.flatMap(({ boxes }) => boxes.flatMap(({ found }) => found)).length).toBeGreaterThan(8)
})

it("finds landmarks where face-api's network does", async () => {
  for (const { picture, parts } of told) {
    const image = await read(WINDOW, picture)
    for (const { part, landmarks } of parts) {
      const ours = await findLandmarks(image, part)
      const numbers = (points: { x: number; y: number }[]) => points.flatMap(({ x, y }) => [x, y])
      expect(apart(numbers(ours), numbers(landmarks)), picture).toBeLessThan(0.01)
    }
  }
})

it('describes faces as face-api does', async () => {
  for (const { picture, parts } of told) {
    const image = await read(WINDOW, picture)
    for (const { part, descriptor } of parts) {
      expect(Math.hypot(...descriptor)).toBeGreaterThan(1)
      expect(apart([...(await describeFace(image, part))], descriptor), picture).toBeLessThan(1e-4)
    }
  }
})

it('keeps its networks beyond the scope that first asked for them, and calls apart that are made at once', async () => {
  const [{ picture, parts }] = told as [Told]
  const image = await read(WINDOW, picture)
  const both = () => Promise.all(parts.map(({ part }) => scope(() => findLandmarks(image, part))))
  const [first, second] = await both()
  expect(first).not.toEqual(second)
  expect(await both()).toEqual([first, second])
})

it('places landmarks in the picture, however far a box reaches beyond it', async () => {
  const cut = 75
  const [whole, part] = await Promise.all([read(), read({ ...WINDOW, left: cut, width: 256 - cut })])
  const [face] = await findBoxes(whole!, 128, 0.4)
  const box = { ...face!.box, left: face!.box.left - cut }
  expect(box.left).toBeLessThan(-15)
  const [, , nose] = fivePoints({ ...face!, landmarks: await findLandmarks(whole!, face!.box) })
  const [, , again] = fivePoints({ ...face!, landmarks: await findLandmarks(part!, box) })
  expect(Math.abs(again!.x + cut - nose!.x)).toBeLessThan(10)
})
