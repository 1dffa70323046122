import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Bench, freePorts, startProgram } from '../gateway/program.ts'
import { openServices, type Services } from '../gateway/services/services.ts'
import { measureTrees } from '../process-tree.ts'

/** A gateway under attack, and what stands behind it. */
export interface World extends Bench {
  readonly port: number
  readonly pid: number
  readonly services: Services
  /** Megabytes of all its processes. */
  readonly memory: () => Promise<number>
}

const EVIL = fileURLToPath(new URL('evil-service/main.ts', import.meta.url))
const GATEWAY = fileURLToPath(new URL('../../packages/gateway/main.ts', import.meta.url))

export interface WorldOptions {
  /** Of the gateway's process. @param folder of the world */
  readonly environment?: (folder: string) => Readonly<Record<string, string>>
  /** Where its log goes. */
  readonly output?: string
}

/**
 * One gateway with its limits as they come, but for loopback, which is exempt from them otherwise: `/api` and `/live` lead to
 * services that behave, `/evil` to one that does not.
 */
export async function openWorld(bench: Bench, { environment, output }: WorldOptions = {}): Promise<World> {
  const services = await openServices(bench)
  const [port = 0, evil = 0] = await freePorts(2)
  const file = join(bench.folder, 'gateway.json')
  const route = (path: string, to: number) => ({
    path,
    service: path.slice(1),
    target: { host: '127.0.0.1', port: to },
    websocket: path === '/live',
  })
  const environmentOfEvil = { PORT: String(evil) }
  const evilProgram = { name: 'evil service', command: process.execPath, args: [EVIL], port: evil }
  await startProgram({ ...evilProgram, environment: environmentOfEvil }, bench)
  const configuration = {
    stack: 'attacked',
    listeners: [{ name: 'http', address: '127.0.0.1', port }],
    routes: [route('/api', services.requestPort), route('/live', services.livePort), route('/evil', evil)],
    limits: { exempt: [] },
  }
  await writeFile(file, JSON.stringify(configuration, null, 2))
  const program = { name: 'gateway', command: process.execPath, args: [GATEWAY], port }
  const own = { PORTOLAN_GATEWAY_CONFIGURATION: file, ...environment?.(bench.folder) }
  const started = { ...program, environment: own, ...(output === undefined ? {} : { output }) }
  const pid = await startProgram(started, bench)
  return { ...bench, port, pid, services, memory: () => memoryOf(pid) }
}

async function memoryOf(pid: number): Promise<number> {
  const processes = await measureTrees([pid])
  return processes.reduce((sum, { pssKilobytes }) => sum + pssKilobytes, 0) / 1_024
}
