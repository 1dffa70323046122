import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, request as openRequest, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../testing.ts'
import { openRecordingUpstream, type RecordingUpstream } from './recording-upstream.ts'

/** A proxy of somebody else's, with a service of its own that keeps what it is sent. */
export interface ReferenceProxy {
  readonly name: string
  readonly port: number
  readonly upstream: RecordingUpstream
}

const FOLDERS = ['/usr/sbin', '/usr/bin', '/usr/local/sbin', '/usr/local/bin'] as const
const START_LIMIT_MS = 10_000

/** What of nginx and HAProxy is not installed. */
export function missingReferences(): readonly string[] {
  return ['nginx', 'haproxy'].filter((name) => programPath(name) === undefined)
}

/** nginx, HAProxy and a proxy on Node's own HTTP, as they come; those that are not installed are left out. */
export async function openReferenceProxies(): Promise<{ readonly list: readonly ReferenceProxy[] } & AsyncDisposable> {
  await using releasers = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'portolan-desync-'))
  releasers.defer(() => rm(folder, { recursive: true, force: true }))
  const list: ReferenceProxy[] = []
  for (const { name, program, text, args } of PROGRAMS) {
    const path = programPath(program)
    if (path === undefined) continue
    const upstream = releasers.use(await openRecordingUpstream())
    const port = await freePort()
    const file = join(folder, `${program}.conf`)
    await writeFile(file, text({ port, service: upstream.port, folder }))
    const child = spawn(path, args(file, folder), { stdio: 'ignore' })
    releasers.defer(async () => {
      const exited = child.exitCode === null ? once(child, 'exit') : undefined
      child.kill('SIGKILL')
      await exited
    })
    await untilListening(port)
    list.push({ name, port, upstream })
  }
  const upstream = releasers.use(await openRecordingUpstream())
  list.push({ name: 'node:http', port: await listenNode(upstream.port, releasers), upstream })
  const owned = releasers.move()
  return { list, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

interface Places {
  readonly port: number
  readonly service: number
  readonly folder: string
}

const PROGRAMS = [
  {
    name: 'nginx',
    program: 'nginx',
    args: (file: string, folder: string) => ['-p', folder, '-c', file],
    text: ({ port, service, folder }: Places) => `daemon off; master_process off; worker_processes 1;
pid ${folder}/nginx.pid; error_log /dev/null;
events { worker_connections 256; }
http { access_log off; client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder};
  uwsgi_temp_path ${folder}; scgi_temp_path ${folder}; client_max_body_size 100m;
  server { listen 127.0.0.1:${port}; location / { proxy_pass http://127.0.0.1:${service}; proxy_http_version 1.1;
    proxy_set_header Connection ""; proxy_set_header Host $host; } } }`,
  },
  {
    name: 'HAProxy',
    program: 'haproxy',
    args: (file: string) => ['-db', '-f', file],
    text: ({ port, service }: Places) => `defaults
  mode http
  timeout connect 5s
  timeout client 5s
  timeout server 5s
frontend in
  bind 127.0.0.1:${port}
  default_backend out
backend out
  server service 127.0.0.1:${service}
`,
  },
] as const

async function listenNode(service: number, releasers: AsyncDisposableStack): Promise<number> {
  const server = createServer((incoming, response) => passOn(incoming, response, service))
  server.on('checkContinue', (incoming: IncomingMessage, response: ServerResponse) => {
    response.writeContinue()
    passOn(incoming, response, service)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  releasers.defer(() => {
    server.closeAllConnections()
    server.close()
  })
  return Number(Object(server.address()).port)
}

function passOn(incoming: IncomingMessage, response: ServerResponse, port: number): void {
  const { method, url: path, headers } = incoming
  const outgoing = openRequest({ host: '127.0.0.1', port, method, path, headers: withoutHops(headers) })
  outgoing.on('response', (answer: IncomingMessage) => {
    response.writeHead(answer.statusCode ?? 502)
    answer.pipe(response)
  })
  outgoing.on('error', () => response.destroy())
  incoming.on('error', () => outgoing.destroy())
  incoming.pipe(outgoing)
}

const HOPS = new Set(['connection', 'upgrade', 'expect'])

function withoutHops(headers: IncomingMessage['headers']) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOPS.has(name)))
}

function programPath(name: string): string | undefined {
  return FOLDERS.map((folder) => `${folder}/${name}`).find((path) => existsSync(path))
}

async function untilListening(port: number): Promise<void> {
  const limit = AbortSignal.timeout(START_LIMIT_MS)
  for (;;) {
    limit.throwIfAborted()
    const socket = connect({ port, host: '127.0.0.1' })
    try {
      await once(socket, 'connect')
      return
    } catch {
      await delay(20) // nothing listens yet
    } finally {
      socket.destroy()
    }
  }
}
