import { chmod, mkdir, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { dirname } from 'node:path'
import { errorMessage, problemOf, type Waiting } from '@portolan/errors'
import { folderPrivacy } from '@portolan/observe'
import { controlUnknown, socketFolderUnsafe } from './errors.ts'
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
  const life = new AbortController()
  const answers = new Set<Promise<void>>()
  const server = createServer((request, response) => {
    const answering = answer({ request, response }, controlled, { signal: life.signal })
    answers.add(answering)
    void answering.finally(() => answers.delete(answering)) // never rejects: it answers its own failure
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  server.on('error', () => undefined) // one that could not be accepted, for lack of file descriptors, asks again
  await chmod(path, 0o600)
  return {
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      life.abort(new DOMException('The control socket is closed.', 'AbortError'))
      await Promise.all(answers)
      // Whoever connected and asked nothing would keep it open.
      server.closeAllConnections()
      await closed
    },
  }
}

async function preparePlace(path: string): Promise<void> {
  const folder = dirname(path)
  // Made only where there is nothing: whoever was faster may be somebody else, and keeps what is there.
  if ((await folderPrivacy(folder)) === 'absent') await makeFolder(folder)
  const privacy = await folderPrivacy(folder)
  if (privacy !== 'private')
    throw socketFolderUnsafe(folder, privacy === 'absent' ? 'it is gone again' : privacy.problem)
  // A socket that a killed supervisor left. The lock of the data folder is held, so it is nobody's.
  await rm(path, { force: true })
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw socketFolderUnsafe(folder, `it cannot be made (${errorMessage(error)})`, error)
  }
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

async function answer({ request, response }: Exchange, controlled: Controlled, waiting: Waiting): Promise<void> {
  const asked = `${request.method ?? ''} ${request.url ?? ''}`
  try {
    const { status, body } = await answerOf(asked, controlled, waiting)
    await send(response, status, body)
  } catch (error) {
    const problem = problemOf(error, { requestId: 'control' })
    await send(response, problem.status, problem)
  }
}

async function answerOf(asked: string, controlled: Controlled, waiting: Waiting) {
  const restart = /^POST \/restart\/([a-z][a-z0-9-]*)$/.exec(asked)
  if (restart !== null) {
    // Also when whoever asked has gone: half a restart would leave the service stopped.
    await controlled.restart(restart[1] ?? '', waiting)
    return { status: 200, body: controlled.status() }
  }
  if (asked === 'GET /status') return { status: 200, body: controlled.status() }
  if (asked !== 'POST /stop') throw controlUnknown(asked)
  controlled.requestStop()
  return { status: 202, body: {} }
}

/** Resolves when it is on its way, or when nobody is there to read it any more. */
async function send(response: ServerResponse, status: number, body: unknown): Promise<void> {
  const gone = Promise.withResolvers<void>()
  response.once('close', gone.resolve)
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' })
  response.end(JSON.stringify(body))
  if (!response.destroyed) await gone.promise
}
