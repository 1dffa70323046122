import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startProgram } from '../program.ts'
import type { ProxyKind, ProxyPlaces } from './proxy.ts'

/** One thread, kept connections, no log. */
export const HAPROXY: ProxyKind = {
  name: 'HAProxy',
  start: async (places) => {
    const { bench, port } = places
    const file = join(bench.folder, 'haproxy.cfg')
    await writeFile(file, haproxyText(places))
    const pid = await startProgram({ name: 'HAProxy', command: 'haproxy', args: ['-db', '-f', file], port }, bench)
    return { name: 'HAProxy', pid, port }
  },
}

function haproxyText({ port, requestPort, livePort }: ProxyPlaces): string {
  return `global
  nbthread 1
  maxconn 11000
  no strict-limits
defaults
  mode http
  timeout connect 5s
  timeout client 600s
  timeout server 600s
  timeout http-keep-alive 600s
  timeout tunnel 600s
  option forwardfor
  http-reuse always
frontend in
  bind 127.0.0.1:${port} backlog 4096
  http-request set-header X-Forwarded-Proto http
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  http-request set-var(txn.id) uuid()
  http-request set-header X-Request-Id %[var(txn.id)]
  http-response set-header X-Request-Id %[var(txn.id)]
  use_backend live if { path_beg /live }
  default_backend requests
backend requests
  server requests 127.0.0.1:${requestPort}
backend live
  server live 127.0.0.1:${livePort}
`
}
