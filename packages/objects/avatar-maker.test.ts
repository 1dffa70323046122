import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { AVATAR_SIZES, AvatarMaker } from './avatar-maker.ts'

const waiting = (): { readonly signal: AbortSignal } => ({ signal: AbortSignal.timeout(30_000) })
const maker = new AvatarMaker()
const RED = { r: 220, g: 30, b: 30 }
const BLUE = { r: 30, g: 30, b: 220 }

const blank = (width: number, height: number, background = RED) =>
  sharp({ create: { width, height, channels: 3, background } })

/** Left half red, right half blue. */
async function twoColours(width = 200, height = 100): Promise<Buffer> {
  const right = await blank(width / 2, height, BLUE)
    .png()
    .toBuffer()
  return blank(width, height)
    .composite([{ input: right, left: width / 2, top: 0 }])
    .png()
    .toBuffer()
}

async function colourAt(picture: Buffer, left: number, top: number): Promise<'red' | 'blue' | 'other'> {
  const { data } = await sharp(picture)
    .extract({ left, top, width: 1, height: 1 })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const [red = 0, , blue = 0] = data
  return red > 150 && blue < 100 ? 'red' : blue > 150 && red < 100 ? 'blue' : 'other'
}

/** A PNG written by hand: its header may say anything. */
function handmadePng({ width, height, rows }: { width: number; height: number; rows: Buffer }): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([1, 0, 0, 0, 0], 8) // one bit, grey
  const chunk = (name: string, content: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(name, 'latin1'), content])
    const length = Buffer.alloc(4)
    length.writeUInt32BE(content.length)
    const sum = Buffer.alloc(4)
    sum.writeUInt32BE(crc32(body))
    return Buffer.concat([length, body, sum])
  }
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

test.for([['jpeg'], ['png'], ['webp'], ['gif'], ['avif']] as const)(
  'a %s becomes squares of WebP in all sizes',
  async ([format]) => {
    const input = await sharp(await twoColours())
      .toFormat(format)
      .toBuffer()
    const { pictures } = await maker.make(input, waiting())
    expect(pictures.map(({ sizePixels }) => sizePixels)).toEqual([...AVATAR_SIZES])
    for (const { content, sizePixels, contentType } of pictures) {
      expect(contentType).toBe('image/webp')
      expect(await sharp(content).metadata()).toMatchObject({ format: 'webp', width: sizePixels, height: sizePixels })
      expect(await colourAt(content, 3, sizePixels / 2)).toBe('red')
      expect(await colourAt(content, sizePixels - 4, sizePixels / 2)).toBe('blue')
    }
  },
)

test('place, camera and colour profile of a photograph are gone, and it stands upright', async () => {
  const exif = { IFD0: { Make: 'Camera', Copyright: 'Somebody' }, IFD3: { GPSLatitude: '37/1 33/1 0/1' } }
  const turned = sharp(await twoColours(100, 100))
    .withExif(exif)
    .withIccProfile('p3')
    .withMetadata({ orientation: 6 })
  const input = await turned.jpeg().toBuffer()
  expect(await sharp(input).metadata()).toMatchObject({ orientation: 6, exif: expect.anything() })
  const { pictures } = await maker.make(input, waiting())
  for (const { content, sizePixels } of pictures) {
    const { exif: left, xmp, icc, orientation } = await sharp(content).metadata()
    expect([left, xmp, icc, orientation]).toEqual([undefined, undefined, undefined, undefined])
    expect(content.includes('Camera')).toBe(false)
    expect(await colourAt(content, sizePixels / 2, 3)).toBe('red') // turned by a quarter, left is on top
    expect(await colourAt(content, sizePixels / 2, sizePixels - 4)).toBe('blue')
  }
})

test('of an animation the first frame is taken', async () => {
  const frames = [await blank(60, 60).png().toBuffer(), await blank(60, 60, BLUE).png().toBuffer()]
  const input = await sharp(frames, { join: { animated: true } })
    .gif()
    .toBuffer()
  expect((await sharp(input).metadata()).pages).toBe(2)
  const { pictures } = await maker.make(input, waiting())
  for (const { content, sizePixels } of pictures) {
    expect((await sharp(content).metadata()).pages ?? 1).toBe(1)
    expect(await colourAt(content, sizePixels / 2, sizePixels / 2)).toBe('red')
  }
})

test('transparency is kept', async () => {
  const background = { r: 0, g: 0, b: 0, alpha: 0 }
  const input = await sharp({ create: { width: 50, height: 50, channels: 4, background } })
    .png()
    .toBuffer()
  const { pictures } = await maker.make(input, waiting())
  expect(await sharp(pictures[0]?.content).metadata()).toMatchObject({ hasAlpha: true })
})

test.for([
  ['SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>'],
  ['SVG after an XML declaration', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'],
  ['HTML', '<!doctype html><p>'],
  ['PDF', '%PDF-1.7'],
  ['TIFF', 'II*\0........'],
  ['nothing', ''],
] as const)('%s is refused as unsupported', async ([_name, text]) => {
  await expect(maker.make(Buffer.from(text), waiting())).rejects.toMatchObject({ code: 'OBJECTS_IMAGE_UNSUPPORTED' })
})

test('a file that only begins like a picture is refused as damaged', async () => {
  const png = await twoColours()
  const jpeg = await sharp(png).jpeg().toBuffer()
  const inputs = [
    png.subarray(0, 40),
    png.subarray(0, png.length / 2),
    jpeg.subarray(0, jpeg.length / 2),
    Buffer.from('\xff\xd8\xff\xe0 and then nothing', 'latin1'),
    Buffer.from('GIF89a<script>alert(1)</script>', 'latin1'),
    Buffer.concat([
      Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
    ]),
  ]
  for (const input of inputs) {
    await expect(maker.make(input, waiting())).rejects.toMatchObject({ code: 'OBJECTS_IMAGE_INVALID' })
  }
})

test('a decompression bomb of 30,000 × 30,000 pixels is refused by its header, at once and in flat memory', async () => {
  const side = 30_000
  const bomb = handmadePng({ width: side, height: side, rows: Buffer.alloc(side * (1 + side / 8)) })
  expect(bomb.length).toBeLessThan(200_000)
  const before = process.memoryUsage().rss
  const begunAt = performance.now()
  await expect(maker.make(bomb, waiting())).rejects.toMatchObject({ code: 'OBJECTS_IMAGE_TOO_MANY_PIXELS' })
  expect(performance.now() - begunAt).toBeLessThan(1_000)
  expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000)
})

test('a header that says less than there is gives only what it says', async () => {
  const bomb = handmadePng({ width: 64, height: 64, rows: Buffer.alloc(100_000_000) })
  const outcome = await maker.make(bomb, waiting()).catch((error: unknown) => error)
  expect(['OBJECTS_IMAGE_INVALID', undefined]).toContain(Object(outcome).code)
})

test('other bombs are refused by their headers too', async () => {
  const gif = Buffer.concat([
    Buffer.from('GIF89a\xff\xff\xff\xff\x00\x00\x00', 'latin1'),
    Buffer.from(',\0\0\0\0\xff\xff\xff\xff\0\x02\x02L\x01\0;', 'latin1'),
  ])
  await expect(maker.make(gif, waiting())).rejects.toMatchObject({
    code: expect.stringMatching(/^OBJECTS_IMAGE_(TOO_MANY_PIXELS|INVALID)$/),
  })
  const small = new AvatarMaker({ inputLimitPixels: 10_000 })
  for (const format of ['webp', 'avif', 'jpeg', 'gif'] as const) {
    const input = await blank(101, 100).toFormat(format).toBuffer()
    await expect(small.make(input, waiting())).rejects.toMatchObject({ code: 'OBJECTS_IMAGE_TOO_MANY_PIXELS' })
  }
})

test('more bytes than the limit are refused while they come', async () => {
  const small = new AvatarMaker({ inputLimitBytes: 1_000 })
  let pieceCount = 0
  async function* endless() {
    for (;;) {
      pieceCount += 1
      yield Buffer.alloc(400, 0xff)
    }
  }
  await expect(small.make(endless(), waiting())).rejects.toMatchObject({ code: 'OBJECTS_IMAGE_TOO_LARGE' })
  expect(pieceCount).toBe(3)
})

test('an image that takes too long is given up', async () => {
  const slow = new AvatarMaker({ timeoutMs: 1 })
  const input = await blank(3_000, 3_000).png().toBuffer()
  await expect(slow.make(input, waiting())).rejects.toMatchObject({ code: 'OBJECTS_IMAGE_TIMED_OUT' })
})

test('so many at a time, so many in the queue, and no more', async () => {
  const busy = new AvatarMaker({ concurrencyLimit: 1, queueLimit: 1 })
  const input = await twoColours()
  const stop = new AbortController()
  const first = busy.make(input, waiting())
  const waitingOne = busy.make(input, { signal: stop.signal })
  await expect(busy.make(input, waiting())).rejects.toMatchObject({ code: 'OBJECTS_IMAGE_BUSY' })
  const reason = new Error('gone')
  stop.abort(reason)
  await expect(waitingOne).rejects.toBe(reason)
  expect((await first).pictures).toHaveLength(3)
  expect((await busy.make(input, waiting())).pictures).toHaveLength(3)
})

test('what waits for its turn is not read yet, and what is refused never: a queue holds no images in memory', async () => {
  const busy = new AvatarMaker({ concurrencyLimit: 1, queueLimit: 1 })
  const content = await twoColours()
  const arrived = Promise.withResolvers<void>()
  const begun: string[] = []
  const input = async function* (name: string, until: Promise<void>) {
    begun.push(name)
    await until
    yield content
  }
  const first = busy.make(input('first', arrived.promise), waiting())
  await expect.poll(() => begun).toEqual(['first'])
  const second = busy.make(input('second', Promise.resolve()), waiting())
  const third = busy.make(input('third', Promise.resolve()), waiting())
  await expect(third).rejects.toMatchObject({ code: 'OBJECTS_IMAGE_BUSY' })
  expect(begun).toEqual(['first'])
  arrived.resolve()
  expect((await first).pictures).toHaveLength(3)
  expect((await second).pictures).toHaveLength(3)
})
