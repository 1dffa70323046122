/** Words of HTTP/1.1, and what has been used to break its readers. */
const WORDS = [
  '\r\n',
  '\r\n\r\n',
  '\r',
  '\n',
  '\0',
  ' ',
  '\t',
  ':',
  ';',
  ',',
  '0',
  '1',
  '5',
  'a',
  'ff',
  '0x',
  '+',
  '-',
  '\x80',
  '\xff',
  '\x0b',
  '%00',
  '%2e',
  '%2F',
  '../',
  './',
  '//',
  '\\',
  '?',
  '#',
  'GET ',
  'POST ',
  'HEAD ',
  '/ HTTP/1.1\r\n',
  'HTTP/1.0',
  'HTTP/1.1 200 OK\r\n',
  'HTTP/1.1 103 X\r\n\r\n',
  'HTTP/2.0',
  'Host: a\r\n',
  'http://a',
  'Content-Length: 5\r\n',
  'Content-Length: 0\r\n',
  'Transfer-Encoding: chunked\r\n',
  'chunked',
  'identity',
  'Connection: close\r\n',
  'Connection: ',
  'Upgrade: websocket\r\n',
  'Expect: 100-continue\r\n',
  'Trailer: X\r\n',
  '5\r\nhello\r\n',
  '0\r\n\r\n',
  '0\r\n',
  ';a=b',
  'X: y\r\n',
  'X_Y: z\r\n',
  '"',
].map((word) => Buffer.from(word, 'latin1'))

const MOST_BYTES = 4_096

/** Numbers from a seed (mulberry32), so that a run can be repeated. */
export function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** A few changes to bytes: words put in, pieces left out, said twice, or taken from another input. */
export function mutate(bytes: Buffer, other: Buffer, random: () => number): Buffer {
  let mutated = bytes
  const below = (limit: number): number => Math.floor(random() * limit)
  for (let count = 1 + below(4); count > 0; count -= 1) {
    const at = below(mutated.length + 1)
    const to = Math.min(mutated.length, at + 1 + below(16))
    const before = mutated.subarray(0, at)
    const piece = mutated.subarray(at, to)
    const after = mutated.subarray(to)
    switch (below(6)) {
      case 0:
        mutated = Buffer.concat([before, WORDS[below(WORDS.length)] ?? piece, piece, after])
        break
      case 1:
        mutated = Buffer.concat([before, WORDS[below(WORDS.length)] ?? piece, after])
        break
      case 2:
        mutated = Buffer.concat([before, after])
        break
      case 3:
        mutated = Buffer.concat([before, piece, piece, after])
        break
      case 4:
        mutated = Buffer.concat([before, other.subarray(below(other.length + 1))])
        break
      default:
        mutated = Buffer.concat([before, Buffer.from([below(256)]), mutated.subarray(at + 1)])
    }
  }
  return mutated.subarray(0, MOST_BYTES)
}
