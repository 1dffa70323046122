import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startProgram } from '../program.ts'
import type { ProxyKind, ProxyPlaces } from './proxy.ts'

const GATEWAY = fileURLToPath(new URL('../../../packages/gateway/main.ts', import.meta.url))

/** Two routes, its log on, nothing else. */
export const GATEWAY_PLAIN = gatewayKind('gateway, log on', plainConfiguration)

function gatewayKind(name: string, configurationOf: (places: ProxyPlaces) => unknown): ProxyKind {
  return {
    name,
    start: async (places) => {
      const { bench, port } = places
      const file = join(bench.folder, `gateway-${port}.json`)
      await writeFile(file, JSON.stringify(configurationOf(places), null, 2))
      const environment = { PORTOLAN_GATEWAY_CONFIGURATION: file }
      const program = { name, command: process.execPath, args: [GATEWAY], port, environment }
      return { name, pid: await startProgram(program, bench), port }
    },
  }
}

function plainConfiguration({ port, requestPort, livePort }: ProxyPlaces) {
  return {
    stack: 'bench',
    listeners: [{ name: 'http', address: '127.0.0.1', port }],
    routes: [
      { path: '/api', service: 'ships', target: { host: '127.0.0.1', port: requestPort }, websocket: false },
      { path: '/live', service: 'live', target: { host: '127.0.0.1', port: livePort }, websocket: true },
    ],
  }
}
