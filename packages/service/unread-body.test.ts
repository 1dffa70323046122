import { connect } from 'node:net'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { createApp } from './create-app.ts'
import { listen } from './listen.ts'

const HEAD = 'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n'

/** What is sent first, then all the rest, however long the answer has been there. */
async function exchange(port: number, head: string, sizeBytes: number): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port })
  socket.on('error', () => undefined) // a reset shows as an answer that is not there
  const received = socket.toArray().catch(() => [])
  for (let sent = 0; sent < sizeBytes && !socket.destroyed; sent += 65_536) {
    const piece = Buffer.alloc(Math.min(65_536, sizeBytes - sent), 'x')
    const isRoomy = socket.write(sent === 0 ? Buffer.concat([Buffer.from(head), piece]) : piece)
    if (!isRoomy) await new Promise((resolve) => socket.once('drain', resolve).once('close', resolve))
  }
  return Buffer.concat(await received).toString()
}

test.for([
  ['said beforehand', 6_000_000, 'content-length: 6000000\r\nconnection: close\r\n\r\n'],
  ['not wanted at all', 6_000_000, 'content-length: 6000000\r\nx-refuse: yes\r\nconnection: close\r\n\r\n'],
] as const)('who is refused while a large body is on its way gets the answer: %s', async ([, sizeBytes, rest]) => {
  const app = createApp({ name: 'drain', logger: pino({ level: 'silent' }), bodyLimitBytes: 1_000 })
  app.addHook('onRequest', async ({ headers }) => {
    if (headers['x-refuse'] !== undefined) throw Object.assign(new Error('no'), { statusCode: 403, code: 'FST_NO' })
  })
  app.post('/', () => ({}))
  const running = await listen(app, { address: '127.0.0.1', port: 0 }, { signal: AbortSignal.timeout(5_000) })
  try {
    const answer = await exchange(running.addresses?.[0]?.port ?? 0, HEAD + rest, sizeBytes)
    expect(answer).toMatch(/^HTTP\/1\.1 4(13|03) /)
  } finally {
    await running.close({ signal: AbortSignal.timeout(5_000) })
  }
})
