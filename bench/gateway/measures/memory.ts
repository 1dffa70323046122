import { setTimeout as delay } from 'node:timers/promises'
import { measureTrees } from '../../process-tree.ts'
import type { StartedProxy } from '../proxies/proxy.ts'
import type { Figures, Part } from './figures.ts'
import { openIdleConnections, openWebSockets } from './open-sockets.ts'

const SETTLE_MS = 1_500

export const MEMORY_PART: Part = {
  name: 'memory',
  title: 'Memory (proportional, all processes of a proxy, MB)',
  columns: [
    { key: 'started', title: 'started', best: 'lowest', digits: 0 },
    { key: 'idle1000', title: '1,000 kept connections', best: 'lowest', digits: 0 },
    { key: 'idle10000', title: '10,000 kept connections', best: 'lowest', digits: 0 },
    { key: 'webSocket1000', title: '1,000 WebSockets', best: 'lowest', digits: 0 },
    { key: 'webSocketMost', title: 'most WebSockets', best: 'lowest', digits: 0 },
  ],
}

/** @param start gives the same proxy, fresh @param mostWebSockets two descriptors each, in one process */
export async function measureMemory(start: () => Promise<StartedProxy>, mostWebSockets: number): Promise<Figures> {
  const fresh = await start()
  const started = await megabytes(fresh.pid)
  const some = await openIdleConnections(fresh, 1_000)
  const idle1000 = await megabytes(fresh.pid)
  const more = await openIdleConnections(fresh, 9_000)
  const idle10000 = await megabytes(fresh.pid)
  for (const socket of [...some, ...more]) socket.destroy()
  const second = await start()
  const sockets = await openWebSockets(second, 1_000)
  const webSocket1000 = await megabytes(second.pid)
  const others = await openWebSockets(second, mostWebSockets - 1_000)
  const webSocketMost = await megabytes(second.pid)
  for (const socket of [...sockets, ...others]) socket.terminate()
  const values = { started, idle1000, idle10000, webSocket1000, webSocketMost }
  return { part: MEMORY_PART.name, proxy: fresh.name, values }
}

async function megabytes(pid: number): Promise<number> {
  await delay(SETTLE_MS)
  const processes = await measureTrees([pid])
  return processes.reduce((sum, { pssKilobytes }) => sum + pssKilobytes, 0) / 1_024
}
