/**
 * The gateway beside other proxies, all in one run: requests per second of a proxy's own processor time, latency at a steady
 * rate, WebSocket and events, memory with many connections. One process or thread each, on free loopback ports.
 * `npm run bench:gateway -- [--only small,steady,…] [--proxies nginx,gateway,…] [--seconds 5] [--rounds 3] [--rate 1000]
 * [--json | --markdown]`. Needs Debian's nginx, haproxy and wrk; Caddy and a Python router are installed at the first run.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { requireDebianPrograms } from './gateway/installed.ts'
import type { Figures, Part } from './gateway/measures/figures.ts'
import { ECHO_PART, EVENTS_PART, measureEcho, measureEvents } from './gateway/measures/live.ts'
import { MEMORY_PART, measureMemory } from './gateway/measures/memory.ts'
import { measureRequests, REQUEST_PARTS } from './gateway/measures/requests.ts'
import { measureSteadyRate, STEADY_PART } from './gateway/measures/steady-rate.ts'
import { type Bench, freePorts } from './gateway/program.ts'
import { PROXY_KINDS } from './gateway/proxies/kinds.ts'
import type { ProxyKind, StartedProxy } from './gateway/proxies/proxy.ts'
import { partTable } from './gateway/report.ts'
import { openServices } from './gateway/services/services.ts'
import { machineFacts } from './machine.ts'
import { findPostgres } from './postgres-program.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    proxies: { type: 'string' },
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    rate: { type: 'string', default: '1000' },
    json: { type: 'boolean' },
    markdown: { type: 'boolean' },
  },
})
const seconds = Number(values.seconds)
const [WARM_UP] = REQUEST_PARTS
const PARTS: readonly Part[] = [...REQUEST_PARTS, STEADY_PART, ECHO_PART, EVENTS_PART, MEMORY_PART]
/** Two descriptors for each in the proxy, of the 20,000 that a process may often have; nginx wants a sixteenth free. */
const MOST_WEB_SOCKETS = 9_000

requireDebianPrograms(['nginx', 'haproxy', 'wrk'])
const parts = chosen(PARTS, values.only)
const kinds = chosen(PROXY_KINDS, values.proxies)
const machine = await machineFacts(await findPostgres())
const figures: Figures[] = []
await using releasers = new AsyncDisposableStack()
const folder = await mkdtemp(join(tmpdir(), 'portolan-bench-'))
releasers.defer(() => rm(folder, { recursive: true, force: true }))
const services = await openServices({ folder, releasers })
await runRounds()
if (parts.includes(MEMORY_PART)) for (const kind of kinds) await runMemory(kind)
process.stdout.write(`${values.json === true ? JSON.stringify({ machine, figures }, null, 2) : asTables()}\n`)

async function runRounds(): Promise<void> {
  await using releasers = new AsyncDisposableStack()
  const proxies: StartedProxy[] = []
  for (const kind of kinds) {
    const proxy = await start(kind, { folder, releasers })
    if (proxy !== undefined) proxies.push(proxy)
  }
  // What is compiled while it runs is slow at first.
  for (const proxy of proxies) await attempt(proxy.name, () => measureRequests(proxy, WARM_UP, 2), { isKept: false })
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const part of parts) for (const proxy of proxies) await attempt(proxy.name, () => measure(part, proxy))
  }
}

function measure(part: Part, proxy: StartedProxy): Promise<Figures> | undefined {
  const requests = REQUEST_PARTS.find(({ name }) => name === part.name)
  if (requests !== undefined) return measureRequests(proxy, requests, seconds)
  if (part === STEADY_PART) {
    return measureSteadyRate(proxy, { seconds, perSecond: Number(values.rate), connections: 64 })
  }
  if (part === ECHO_PART) return measureEcho(proxy, seconds)
  return part === EVENTS_PART ? measureEvents(proxy, seconds) : undefined
}

async function runMemory(kind: ProxyKind): Promise<void> {
  await using releasers = new AsyncDisposableStack()
  const restart = async (): Promise<StartedProxy> => {
    const proxy = await start(kind, { folder, releasers })
    if (proxy === undefined) throw new Error(`${kind.name} could not be started.`)
    return proxy
  }
  await attempt(kind.name, () => measureMemory(restart, MOST_WEB_SOCKETS))
}

async function start(kind: ProxyKind, bench: Bench): Promise<StartedProxy | undefined> {
  const [port = 0] = await freePorts(1)
  return kind.start({ ...services, bench, port })
}

/** A proxy that fails at something is said to, and the others go on. */
async function attempt(
  name: string,
  look: () => Promise<Figures> | undefined,
  { isKept } = { isKept: true },
): Promise<void> {
  try {
    const found = await look()
    if (found === undefined || !isKept) return
    figures.push(found)
    process.stderr.write(`${JSON.stringify(found)}\n`)
  } catch (error) {
    process.stderr.write(`${name} FAILED: ${String(error)}\n`)
  }
}

function chosen<Named extends { readonly name: string }>(
  all: readonly Named[],
  names: string | undefined,
): readonly Named[] {
  if (names === undefined) return all
  const wanted = names.split(',')
  return all.filter(({ name }) => wanted.some((each) => name.toLowerCase().startsWith(each.toLowerCase())))
}

function asTables(): string {
  const facts = [
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGigabytes} GB, ${machine.system}, Node ${machine.node};`,
    `${new Date().toISOString().slice(0, 10)}; load ${machine.load} at the beginning.`,
    `The best of ${values.rounds} rounds of ${values.seconds} s; the steady rate is ${values.rate} a second on 64 connections;`,
    `the most WebSockets are ${MOST_WEB_SOCKETS}.`,
  ].join(' ')
  const names = kinds.map(({ name }) => name)
  return [facts, ...parts.map((part) => partTable(part, figures, names))].join('\n\n')
}
