import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Waiting } from '@portolan/errors'
import { databaseUrl, pingPostgres, prepareEmbeddedPostgres, provisionDatabases } from '@portolan/postgres'

/** The registry's database: a PostgreSQL that the story brings along, and ends. */
export interface StoryDatabase extends AsyncDisposable {
  readonly url: string
}

export async function openStoryDatabase(folder: string, { signal }: Waiting): Promise<StoryDatabase> {
  await using releasers = new AsyncDisposableStack()
  const options = { dataFolder: folder, address: '127.0.0.1', port: await findFreePort() }
  const server = await prepareEmbeddedPostgres(options, { signal })
  const { command, args, workingFolder: cwd, environment: env, uid, gid } = server
  const child = spawn(command, [...args], { cwd, env: { ...env }, stdio: 'ignore', ...owner({ uid, gid }) })
  releasers.defer(() => end(child, server.stopSignal))
  while (!(await answers(server.adminUrl, { signal }))) {
    if (child.exitCode !== null) throw new Error(`PostgreSQL ended with ${child.exitCode} before it was ready.`)
    await delay(50, undefined, { signal })
  }
  const account = { database: 'registry_db', role: 'registry_user', password: 'only on loopback, only for the story' }
  await provisionDatabases(server.adminUrl, [account], { signal })
  const owned = releasers.move()
  return { url: databaseUrl(server.adminUrl, account), [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

interface Owner {
  readonly uid?: number | undefined
  readonly gid?: number | undefined
}

function owner({ uid, gid }: Owner) {
  return { ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }) }
}

function answers(url: string, waiting: Waiting): Promise<boolean> {
  return pingPostgres(url, waiting).then(
    () => true,
    () => false,
  )
}

async function end(child: ChildProcess, stopSignal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill(stopSignal)
  await exited
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new TypeError('The listener has no port.')
  return address.port
}
