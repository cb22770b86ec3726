/** Small data sets, made in a folder that goes when the test file ends. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { afterAll } from 'vitest'

const made: string[] = []
afterAll(async () => {
  for (const folder of made) await rm(folder, { recursive: true })
})

/** A folder of the name, with empty files: enough for all that opens no picture. */
export async function folderOf(name: string, files: readonly string[]): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'silverpoint-dataset-'))
  made.push(parent)
  const folder = join(parent, name)
  await mkdir(folder)
  for (const file of files) await put(folder, file, '')
  return folder
}

export async function put(folder: string, file: string, content: string | Buffer): Promise<void> {
  const path = join(folder, file)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
}

/** A PNG of one colour, a little different for every seed. */
export async function flatPng(
  width: number,
  height: number,
  [red, green, blue]: readonly [number, number, number],
): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: { r: red, g: green, b: blue } } })
    .png()
    .toBuffer()
}
