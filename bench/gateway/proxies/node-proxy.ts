import { fileURLToPath } from 'node:url'
import { startProgram } from '../program.ts'
import type { ProxyKind, ProxyPlaces } from './proxy.ts'

export const FASTIFY_HTTP_PROXY = nodeProxy('@fastify/http-proxy', 'fastify-http-proxy/main.ts')
export const HTTP_PROXY_3 = nodeProxy('http-proxy-3', 'http-proxy-3/main.ts')

/** A library of Node's, in a program of its own in the folder beside. */
function nodeProxy(name: string, file: string): ProxyKind {
  const script = fileURLToPath(new URL(file, import.meta.url))
  return {
    name,
    start: async ({ bench, port, requestPort, livePort }: ProxyPlaces) => {
      const places = { PORT: String(port), REQUEST_PORT: String(requestPort), LIVE_PORT: String(livePort) }
      const environment = { NODE_ENV: 'production', ...places }
      const pid = await startProgram({ name, command: process.execPath, args: [script], port, environment }, bench)
      return { name, pid, port }
    },
  }
}
