import { randomUUID } from 'node:crypto'
import { readFileSync, watch } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fileTransport } from './file-transport.ts'

test('whoever watches the folder finds whole mails and never half a one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wealist-outbox-'))
  const sender = { from: 'weAlist <no-reply@example.com>', domain: 'example.com' }
  const transport = fileTransport(folder, sender, { info: () => undefined })
  const text = 'A line of a long letter.\n'.repeat(40_000)
  const message = { to: 'reader@example.com', subject: 'Long', text, html: '<p>Long</p>', url: 'http://localhost/' }
  const endings: string[] = []
  const watcher = watch(folder, (_event, name) => {
    if (name?.endsWith('.eml') === true) endings.push(readFileSync(join(folder, name), 'utf8').trimEnd().slice(-2))
  })
  for (let count = 0; count < 10; count += 1) await transport.send({ ...message, id: randomUUID() })
  await expect.poll(() => endings.length).toBeGreaterThanOrEqual(10)
  watcher.close()
  expect(new Set(endings)).toEqual(new Set(['--'])) // the end of the last part (RFC 2046 §5.1.1)
  expect((await readdir(folder)).filter((name) => !name.endsWith('.eml'))).toEqual([])
  transport.close()
  await rm(folder, { recursive: true })
})
