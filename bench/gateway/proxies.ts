import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A proxy in front of the one upstream that all share. */
export interface StartedProxy {
  readonly name: string
  readonly pid: number
  readonly url: string
}

const GATEWAY = fileURLToPath(new URL('../../packages/gateway/main.ts', import.meta.url))
/** Debian's servers are where only root looks by itself. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const START_LIMIT_MS = 15_000
const ANSWER = '{"hello":"harbour","ships":[1,2,3]}'

/** nginx as the service; nginx, HAProxy and the gateway in front of it, one process each, on free loopback ports. */
export async function openProxies() {
  await using releasers = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'portolan-bench-'))
  releasers.defer(() => rm(folder, { recursive: true, force: true }))
  const [service, nginx, haproxy, gateway] = await freePorts(4)
  const run = async ({ name, command, args, port, environment = {} }: Program): Promise<StartedProxy> => {
    const child = spawn(command, [...args], { stdio: 'ignore', env: { PATH, ...environment } })
    releasers.defer(() => stop(child))
    await answers(port, child)
    return { name, pid: child.pid ?? 0, url: `http://127.0.0.1:${port}/api/ships` }
  }
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text)
    return join(folder, name)
  }
  const runNginx = async (name: string, port: number, http: string): Promise<StartedProxy> => {
    const file = await write(`${name}.conf`, nginxText({ port, folder, http }))
    return run({ name, command: 'nginx', args: ['-p', folder, '-c', file], port })
  }
  await runNginx(
    'service',
    service,
    `server { listen 127.0.0.1:${service} backlog=4096; location / { ${JSON_ANSWER} } }`,
  )
  const PORTOLAN_GATEWAY_CONFIGURATION = await write('gateway.json', gatewayText(service, gateway))
  const haproxyArgs = ['-db', '-f', await write('haproxy.cfg', haproxyText(service, haproxy))]
  const ours = { args: [GATEWAY], port: gateway, environment: { PORTOLAN_GATEWAY_CONFIGURATION } }
  const list = [
    await runNginx('nginx', nginx, proxyText(service, nginx)),
    await run({ name: 'HAProxy', command: 'haproxy', args: haproxyArgs, port: haproxy }),
    await run({ name: 'gateway (its log on)', command: process.execPath, ...ours }),
  ]
  const owned = releasers.move()
  return { list, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

interface Program {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly port: number
  readonly environment?: Readonly<Record<string, string>>
}

const JSON_ANSWER = `default_type application/json; return 200 '${ANSWER}';`

/** One worker, no log, connections that last. */
function nginxText({ port, folder, http }: { readonly port: number; readonly folder: string; readonly http: string }) {
  return `worker_processes 1; daemon off; master_process off; pid ${join(folder, `${port}.pid`)}; error_log /dev/null;
events { worker_connections 16384; }
http { access_log off; keepalive_requests 1000000000; ${http} }`
}

function proxyText(service: number, port: number): string {
  return `upstream service { server 127.0.0.1:${service}; keepalive 256; keepalive_requests 1000000000; }
  server { listen 127.0.0.1:${port} backlog=4096; location / {
    proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto http;
    proxy_set_header X-Request-Id $request_id; } }`
}

function haproxyText(service: number, port: number): string {
  return `global
  maxconn 4096
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  option forwardfor
  http-reuse always
frontend in
  bind 127.0.0.1:${port}
  default_backend out
backend out
  server service 127.0.0.1:${service}
`
}

function gatewayText(service: number, port: number): string {
  const target = { host: '127.0.0.1', port: service }
  const routes = [{ path: '/api', service: 'ships', target, websocket: false }]
  return JSON.stringify({ stack: 'bench', listeners: [{ name: 'http', address: '127.0.0.1', port }], routes })
}

async function freePorts(count: number): Promise<readonly [number, number, number, number]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const [one = 0, two = 0, three = 0, four = 0] = servers.map((server) => Number(Object(server.address()).port))
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return [one, two, three, four]
}

/** Waits until something takes connections there. @throws when the program has ended, or is missing */
async function answers(port: number, child: ChildProcess): Promise<void> {
  const failed = once(child, 'error').then(([error]) => Promise.reject(error))
  const ended = once(child, 'exit').then(([code]) =>
    Promise.reject(new Error(`${child.spawnfile} ended with ${code}.`)),
  )
  const limit = AbortSignal.timeout(START_LIMIT_MS)
  const connected = async () => {
    while (!limit.aborted && !(await takesConnection(port))) await new Promise((resolve) => setTimeout(resolve, 20))
    limit.throwIfAborted()
  }
  await Promise.race([connected(), failed, ended])
}

async function takesConnection(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false // nothing listens yet
  } finally {
    socket.destroy()
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  await exited
}
