import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startService } from '@portolan/service'
import pino from 'pino'
import { expect, test } from 'vitest'
import { service } from './service.ts'

const logger = pino({ level: 'silent' })
const URLS = { AUTH_URL: 'http://127.0.0.1:9', USER_URL: 'http://127.0.0.1:9' }

test('a start without its environment names every variable that is missing', async () => {
  const starting = startService(service, { PORT: '0' }, { logger, signal: AbortSignal.timeout(5_000) })
  await expect(starting).rejects.toThrow(/AUTH_URL.*USER_URL/)
})

test('a start without built pages says how they are made', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wealist-web-'))
  const variables = { ...URLS, PORT: '0', PAGE_FOLDER: folder }
  const starting = startService(service, variables, { logger, signal: AbortSignal.timeout(5_000) })
  await expect(starting).rejects.toMatchObject({ code: 'WEB_BUILD_MISSING' })
  await rm(folder, { recursive: true })
})

test('the service starts from its environment alone, serves the pages, and ends', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wealist-web-'))
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>weAlist</title>')
  const variables = { ...URLS, PORT: '0', PAGE_FOLDER: folder }
  const started = await startService(service, variables, { logger, signal: AbortSignal.timeout(5_000) })
  const origin = `http://127.0.0.1:${started.addresses[0]?.port}`
  const page = await fetch(`${origin}/w/1/members`, { headers: { accept: 'text/html' } })
  expect(await page.text()).toContain('<title>weAlist</title>')
  expect((await fetch(`${origin}/health`)).status).toBe(200)
  await started[Symbol.asyncDispose]()
  await expect(fetch(origin)).rejects.toThrow('fetch failed')
  await rm(folder, { recursive: true })
})
