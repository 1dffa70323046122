import { openTestIdentity } from '@portolan/identity/testing'
import { openTestObjects } from '@portolan/objects/testing'
import { openTestDatabase, openTestPostgres } from '@portolan/postgres/testing'
import { startService } from '@portolan/service'
import pino from 'pino'
import { expect, test } from 'vitest'
import { service } from './service.ts'

const logger = pino({ level: 'silent' })

test('a start without its environment names every variable that is missing', async () => {
  const starting = startService(
    service,
    { PORT: '0', SERVICE_KEY: 'short' },
    { logger, signal: AbortSignal.timeout(5_000) },
  )
  await expect(starting).rejects.toThrow(/PUBLIC_ORIGIN.*DATABASE_URL.*BUS_URL.*OBJECTS_URL.*AUTH_URL.*SERVICE_KEY/)
  await expect(starting).rejects.not.toThrow('short')
})

test('the service starts from its environment alone, answers, and ends with a stream open', async () => {
  await using postgres = await openTestPostgres()
  await using database = await openTestDatabase(postgres)
  await using busDatabase = await openTestDatabase(postgres)
  await using objects = await openTestObjects()
  await using identity = await openTestIdentity({ service: 'user' })
  const variables = {
    PORT: '0',
    PUBLIC_ORIGIN: identity.publicOrigin,
    DATABASE_URL: database.url,
    BUS_URL: busDatabase.url,
    OBJECTS_URL: objects.url,
    AUTH_URL: identity.authUrl,
    SERVICE_KEY: identity.serviceKey,
  }
  const started = await startService(service, variables, { logger, signal: AbortSignal.timeout(20_000) })
  const origin = `http://127.0.0.1:${started.addresses[0]?.port}`
  const { bearer } = await identity.signIn()
  expect((await fetch(`${origin}/ready`)).status).toBe(200)
  const stream = await fetch(`${origin}/api/users/events`, { headers: bearer })
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
  expect((await reader?.read())?.value).toContain('event: memberships')
  await started[Symbol.asyncDispose]()
  expect((await reader?.read())?.done).toBe(true)
})
