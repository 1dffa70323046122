import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTestDatabase } from '@portolan/postgres/testing'
import { startService } from '@portolan/service'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { service } from './service.ts'
import { openTestPostgres, SECRET } from './testing.ts'

const SETTINGS = { PORT: '0', PUBLIC_ORIGIN: 'http://localhost:3000', SERVICE_KEY: SECRET, AUTH_SECRET: SECRET }
const DATABASE = 'postgres://nobody@127.0.0.1:1/none'

test('it runs alone as a process, and ends by SIGTERM with nothing left', async () => {
  await using postgres = await openTestPostgres()
  await using database = await openTestDatabase(postgres)
  const folder = await mkdtemp(join(tmpdir(), 'wealist-auth-'))
  const urls = { DATABASE_URL: database.url, BUS_URL: database.url, DATA_FOLDER: folder }
  const child = fork(new URL('./main.ts', import.meta.url), {
    env: { ...SETTINGS, ...urls },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  let log = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    log += chunk.toString()
  })
  await expect.poll(() => /Server listening at (http:\/\/127\.0\.0\.1:\d+)/.exec(log)?.[1]).toBeDefined()
  const [, origin = ''] = /Server listening at (http:\/\/127\.0\.0\.1:\d+)/.exec(log) ?? []
  expect((await fetch(`${origin}/ready`)).status).toBe(200)
  expect(await (await fetch(`${origin}/api/auth/providers`)).json()).toEqual({ providers: [] })
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  expect(await exited).toEqual([0, null])
  await rm(folder, { recursive: true })
})

test.for([
  [{ SERVICE_KEY: 'short' }, 'SERVICE_ENVIRONMENT_INVALID', /SERVICE_KEY/],
  [{ AUTH_SECRET: undefined }, 'SERVICE_ENVIRONMENT_INVALID', /AUTH_SECRET/],
  [{ DATA_FOLDER: undefined }, 'AUTH_CONFIGURATION_INVALID', /SMTP_URL/],
  [{ SMTP_URL: 'https://mail.example.com' }, 'SERVICE_ENVIRONMENT_INVALID', /SMTP_URL/],
  [{ OIDC_PROVIDERS: '{' }, 'AUTH_CONFIGURATION_INVALID', /OIDC_PROVIDERS is not JSON/],
  [{ OIDC_PROVIDERS: '[{"id":"x"}]' }, 'AUTH_CONFIGURATION_INVALID', /OIDC_PROVIDERS/],
  [
    { OIDC_PROVIDERS: '[{"id":"x","name":"X","issuer":"http://id.example.com","clientId":"c"}]' },
    'AUTH_CONFIGURATION_INVALID',
    /without https/,
  ],
  [{ AUTH_OPERATORS: 'nobody' }, 'AUTH_INPUT_INVALID', /AUTH_OPERATORS/],
] as const)('%$: a wrong environment is said by variable, before anything is opened', async ([change, code, words]) => {
  const environment = { ...SETTINGS, DATABASE_URL: DATABASE, BUS_URL: DATABASE, DATA_FOLDER: tmpdir(), ...change }
  const logger = pino({ level: 'silent' })
  const starting = startService(service, environment, { logger, signal: AbortSignal.timeout(10_000) })
  await expect(starting).rejects.toMatchObject({ code, message: expect.stringMatching(words) })
})
