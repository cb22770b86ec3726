import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findImages } from '../lib/data/find-images.js'

describe('findImages', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'silverpoint-find-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const make = (...names: string[]) => Promise.all(names.map((name) => writeFile(join(folder, name), '')))
  const at = (...names: string[]) => names.map((name) => join(folder, name))

  it('finds the pictures of a folder by their endings, in natural order', async () => {
    await make('b10.png', 'b9.PNG', 'a.webp', 'c.jpeg', 'B1.Jpg', '._a.jpg', 'notes.txt', 'jpg', 'd.gif')
    await mkdir(join(folder, 'album.jpg'))
    await writeFile(join(folder, 'album.jpg', 'inside.jpg'), '')
    expect(await findImages([folder])).toEqual(at('a.webp', 'B1.Jpg', 'b9.PNG', 'b10.png', 'c.jpeg'))
  })

  it('takes files as they are named, each once, in the order given', async () => {
    await make('1.jpg', '2.jpg', 'scan')
    const paths = [...at('scan', '2.jpg'), `${folder}/./2.jpg`, `${folder}/`]
    expect(await findImages(paths)).toEqual(at('scan', '2.jpg', '1.jpg'))
    expect(await findImages([])).toEqual([])
  })

  it('says which path is not there', async () => {
    await make('1.jpg')
    const missing = findImages(at('1.jpg', 'none.jpg'))
    await expect(missing).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
    await expect(missing).rejects.toThrow(join(folder, 'none.jpg'))
    await expect(findImages(at('1.jpg/2.jpg'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
  })

  it('refuses a folder without pictures', async () => {
    await make('notes.txt')
    await expect(findImages([folder])).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/a folder with pictures \(\.jpg, \.jpeg, \.png, \.webp\)/),
    })
  })
})
