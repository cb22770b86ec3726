import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FoundImage, findImages } from '../lib/data/find-images.js'

describe('findImages', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'silverpoint-find-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const make = async (...names: string[]) => {
    for (const name of names) {
      await mkdir(dirname(join(folder, name)), { recursive: true })
      await writeFile(join(folder, name), '')
    }
  }
  const at = (...names: string[]) => names.map((name) => join(folder, name))
  const paths = (found: FoundImage[]) => found.map(({ path }) => path)
  const relatives = (found: FoundImage[]) => found.map(({ relative }) => relative)
  async function* chunks(...texts: string[]) {
    for (const text of texts) yield Buffer.from(text)
  }

  it('finds the pictures of a folder by their endings, in natural order, then those of its folders', async () => {
    await make('b10.png', 'b9.PNG', 'a.webp', 'c.jpeg', 'B1.Jpg', '._a.jpg', 'notes.txt', 'jpg', 'd.bmp')
    await make('album.jpg/inside.jpg', 'album.jpg/deep/er/x.png', '.git/y.png', 'album2/z.png')
    const found = await findImages([folder])
    const top = ['a.webp', 'B1.Jpg', 'b9.PNG', 'b10.png', 'c.jpeg']
    const below = ['album2/z.png', 'album.jpg/inside.jpg', 'album.jpg/deep/er/x.png']
    expect(relatives(found).slice(0, 5)).toEqual(top)
    expect(relatives(found).slice(5).sort()).toEqual(below.sort())
    expect(paths(found)).toEqual(at(...relatives(found)))
  })

  it('follows links, and goes round in no circle', async () => {
    await make('photos/a.jpg', 'elsewhere/b.jpg')
    await symlink(join(folder, 'elsewhere'), join(folder, 'photos', 'link'))
    await symlink(join(folder, 'photos'), join(folder, 'elsewhere', 'back'))
    expect(relatives(await findImages(at('photos')))).toEqual(['a.jpg', 'link/b.jpg'])
  })

  it('takes files as they are named, each once, in the order given', async () => {
    await make('1.jpg', '2.jpg', 'scan')
    const given = [...at('scan', '2.jpg'), `${folder}/./2.jpg`, `${folder}/`]
    expect(paths(await findImages(given))).toEqual(at('scan', '2.jpg', '1.jpg'))
    expect(await findImages([])).toEqual([])
  })

  it('takes what a pattern matches, with the path from its first wildcard on', async () => {
    await make('a/1.jpg', 'a/b/2.jpg', 'a/b/3.png', 'a/.c/4.jpg', 'a/[x].jpg')
    expect(relatives(await findImages(at('a/**/*.jpg')))).toEqual(['[x].jpg', '1.jpg', 'b/2.jpg'])
    expect(relatives(await findImages(at('*/b/?.*')))).toEqual(['a/b/2.jpg', 'a/b/3.png'])
    // A name that is there is no pattern.
    expect(relatives(await findImages(at('a/[x].jpg')))).toEqual(['[x].jpg'])
    await expect(findImages(at('a/*.webp'))).rejects.toThrow(/a pattern that matches pictures/)
  })

  it('takes a list, a path a line or between NULs, with all its folders', async () => {
    await make('a/1.jpg', 'a/2 3.jpg', 'b/c/4.jpg')
    const [root] = at('')
    const below = root!.slice(1).replace(/\/$/, '')
    const lines = await findImages(['-'], { list: chunks(`${root}/a/1`, `.jpg\r\n${root}/b\n\n`) })
    expect(relatives(lines)).toEqual([`${below}/a/1.jpg`, `${below}/b/c/4.jpg`])
    expect(paths(lines)).toEqual(at('a/1.jpg', 'b/c/4.jpg'))
    const nuls = await findImages(['-'], { list: chunks(`${root}/a/2 3.jpg\0../up/new\nline.jpg\0`) })
    expect(relatives(nuls)).toEqual([`${below}/a/2 3.jpg`, 'up/new\nline.jpg'])
    await expect(findImages(['-'], { list: chunks('\n') })).rejects.toThrow(/a list of photos on stdin/)
  })

  it('does not look into the output', async () => {
    await make('1.jpg', 'out/1.png', 'out/deep/2.png')
    expect(relatives(await findImages([folder], { output: join(folder, 'out', '.') }))).toEqual(['1.jpg'])
    await expect(findImages([folder], { output: `${folder}/` })).rejects.toThrow(
      /another folder than that of the photos/,
    )
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
      message: expect.stringMatching(/a folder with pictures \(\.jpg, \.jpeg, \.png, \.webp, .*\)/),
    })
  })
})
