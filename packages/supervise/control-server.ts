import { chmod, mkdir, rm, stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { dirname } from 'node:path'
import { problemOf, type Waiting } from '@portolan/errors'
import { dataFolderUnusable } from './errors.ts'
import type { StackStatus } from './run-state.ts'

/** What a running supervisor can be asked over its socket. */
export interface Controlled {
  status(): StackStatus
  restart(service: string, waiting: Waiting): Promise<void>
  /** Begins the stop and returns at once: the socket goes with it. */
  requestStop(): void
}

/**
 * Opens the control socket: `GET /status`, `POST /restart/<service>`, `POST /stop`. HTTP over a Unix socket in a folder
 * that only its owner may enter, so that file permissions decide who may control a stack.
 */
export async function openControlServer(path: string, controlled: Controlled): Promise<AsyncDisposable> {
  await preparePlace(path)
  const server = createServer((request, response) => {
    void answer(request, response, controlled) // answers its own failure
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  await chmod(path, 0o600)
  return { [Symbol.asyncDispose]: () => closeServer(server) }
}

async function preparePlace(path: string): Promise<void> {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const { uid, mode } = await stat(folder)
  const isOurs = uid === (process.getuid?.() ?? uid) && (mode & 0o077) === 0
  if (!isOurs) throw dataFolderUnusable(folder, 'it belongs to another user, or others may enter it', undefined)
  // A socket that a killed supervisor left. The lock of the data folder is held, so it is nobody's.
  await rm(path, { force: true })
}

async function answer(request: IncomingMessage, response: ServerResponse, controlled: Controlled): Promise<void> {
  try {
    await route(request, response, controlled)
  } catch (error) {
    const problem = problemOf(error, { requestId: 'control' })
    send(response, problem.status, problem)
  }
}

async function route(request: IncomingMessage, response: ServerResponse, controlled: Controlled): Promise<void> {
  const asked = `${request.method ?? ''} ${request.url ?? ''}`
  const restart = /^POST \/restart\/([a-z][a-z0-9-]*)$/.exec(asked)
  if (asked === 'GET /status') return send(response, 200, controlled.status())
  if (asked === 'POST /stop') {
    send(response, 202, {})
    return controlled.requestStop()
  }
  if (restart === null) return send(response, 404, { code: 'NOT_FOUND', detail: `There is no "${asked}".` })
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  await controlled.restart(restart[1] ?? '', { signal: gone.signal })
  return send(response, 200, controlled.status())
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' })
  response.end(JSON.stringify(body))
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
  })
}
