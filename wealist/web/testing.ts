/** The services that the web app is made for, with all that they need, for tests and for generate-client.ts. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTestObjects } from '@portolan/objects/testing'
import { openTestDatabase, openTestPostgres } from '@portolan/postgres/testing'
import { type EnvironmentVariables, type ServiceDefinition, startService } from '@portolan/service'
import { service as auth } from '@wealist/auth/service.ts'
import { service as user } from '@wealist/user/service.ts'
import pino from 'pino'

const START_LIMIT_MS = 60_000

/** Auth and user on free ports, as `portolan up` starts them. Disposing ends them and everything below them. */
export interface TestServices extends AsyncDisposable {
  readonly authUrl: string
  readonly userUrl: string
}

export async function openTestServices(): Promise<TestServices> {
  await using releasers = new AsyncDisposableStack()
  const postgres = releasers.use(await openTestPostgres())
  const objects = releasers.use(await openTestObjects())
  const [authDatabase, userDatabase, busDatabase] = [
    await openTestDatabase(postgres),
    await openTestDatabase(postgres),
    await openTestDatabase(postgres),
  ]
  const folder = await mkdtemp(join(tmpdir(), 'wealist-'))
  releasers.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }))
  const shared = {
    PORT: '0',
    PUBLIC_ORIGIN: 'http://localhost:3000',
    BUS_URL: busDatabase.url,
    SERVICE_KEY: 'a key of services that only tests know about',
  }
  const start = async (definition: ServiceDefinition, variables: EnvironmentVariables) => {
    const waiting = { logger: pino({ level: 'silent' }), signal: AbortSignal.timeout(START_LIMIT_MS) }
    const started = releasers.use(await startService(definition, { ...shared, ...variables }, waiting))
    return `http://127.0.0.1:${started.addresses[0]?.port}`
  }
  const secret = 'a secret of auth that only tests know about'
  const authUrl = await start(auth, { DATABASE_URL: authDatabase.url, AUTH_SECRET: secret, DATA_FOLDER: folder })
  const userUrl = await start(user, { DATABASE_URL: userDatabase.url, OBJECTS_URL: objects.url, AUTH_URL: authUrl })
  const held = releasers.move()
  return { authUrl, userUrl, [Symbol.asyncDispose]: () => held.disposeAsync() }
}
