import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import {
  databaseUrl,
  type EmbeddedPostgres,
  pingPostgres,
  prepareEmbeddedPostgres,
  provisionDatabases,
} from '@portolan/postgres'
import type { StartedPrograms } from './started-programs.ts'

const LOOK_MS = 20
const LIMIT_MS = 60_000
const DATABASE = { database: 'guestbook_db', role: 'guestbook', password: 'only-for-this-bench' } as const
const PORTS = { clock: 3101, tides: 3102, guestbook: 3103, web: 3104, sql: 3105 } as const

/**
 * The same five programs without Portolan, as a script would start them: all at once, the guestbook as soon as its
 * database answers. No gateway, no checks, no logs, nobody who watches. What it takes is the floor.
 */
export async function startByHand(folder: string, shift: number): Promise<StartedPrograms> {
  const signal = AbortSignal.timeout(LIMIT_MS)
  const children: ChildProcess[] = []
  const start = (command: string, args: readonly string[], more: Readonly<Record<string, string>>) =>
    children.push(spawn(command, args, { cwd: folder, env: { ...process.env, ...more }, stdio: 'ignore' }))
  const port = (name: keyof typeof PORTS) => String(PORTS[name] + shift)
  const url = (name: keyof typeof PORTS) => `http://127.0.0.1:${port(name)}`
  const beganAt = performance.now()
  start('node', ['clock/server.mjs'], { PORT: port('clock') })
  start('python3', ['tides/server.py'], { PORT: port('tides') })
  const addresses = { CLOCK_URL: url('clock'), TIDES_URL: url('tides'), GUESTBOOK_URL: url('guestbook') }
  start('node', ['web/main.ts'], { PORT: port('web'), ...addresses })
  const options = { dataFolder: `${folder}/data/postgres`, address: '127.0.0.1', port: Number(port('sql')) }
  const server = await prepareEmbeddedPostgres(options, { signal })
  children.push(startServer(server))
  await untilItWorks(() => pingPostgres(server.adminUrl, { signal }), signal)
  await provisionDatabases(server.adminUrl, [DATABASE], { signal })
  start('node', ['guestbook/main.ts'], {
    PORT: port('guestbook'),
    DATABASE_URL: databaseUrl(server.adminUrl, DATABASE),
  })
  const answers = (['clock', 'tides', 'guestbook', 'web'] as const).map((name) =>
    untilItWorks(() => askHealth(`${url(name)}/health`), signal),
  )
  await Promise.all(answers)
  const readyMs = performance.now() - beganAt
  return { readyMs, pids: children.map(({ pid }) => pid ?? 0), stop: () => stopAll(children) }
}

function startServer({ command, args, workingFolder, environment, uid, gid }: EmbeddedPostgres): ChildProcess {
  const account = uid === undefined || gid === undefined ? {} : { uid, gid }
  return spawn(command, args, { cwd: workingFolder, env: { ...environment }, stdio: 'ignore', ...account })
}

async function askHealth(url: string): Promise<void> {
  const answer = await fetch(url)
  await answer.arrayBuffer()
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}.`)
}

async function untilItWorks(ask: () => Promise<void>, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      return await ask()
    } catch {
      // Not there yet.
      await delay(LOOK_MS, undefined, { signal })
    }
  }
}

/** The database last: what uses it writes its last lines. */
async function stopAll(children: readonly ChildProcess[]): Promise<void> {
  await Promise.all(
    children.map(async (child) => {
      const exited = once(child, 'exit')
      child.kill('SIGINT')
      await exited
    }),
  )
}
