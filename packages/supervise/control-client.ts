import { once } from 'node:events'
import { request } from 'node:http'
import { dirname } from 'node:path'
import { text } from 'node:stream/consumers'
import { AppError, errorCode, errorMessage, type Waiting } from '@portolan/errors'
import { folderPrivacy } from '@portolan/observe'
import { controlFailed, socketFolderUnsafe } from './errors.ts'

const SILENT =
  'it is there, but said nothing in time. It may be stopped (SIGSTOP, Ctrl-Z) or the machine be busy. Let it go on with ' +
  '"kill -CONT <its process>"; or end it with "kill -KILL", and then "portolan down" ends what it leaves.'

/**
 * Asks the supervisor behind a control socket. The folder of the socket has to be private: in another one anybody could
 * listen in its place.
 * @returns its answer; undefined when nobody is there
 * @throws what the supervisor said was wrong, SUPERVISE_CONTROL_FAILED, or SUPERVISE_SOCKET_FOLDER_UNSAFE
 */
export async function askSupervisor(
  socketPath: string,
  asked: { readonly method: 'GET' | 'POST'; readonly path: string },
  { signal }: Waiting,
): Promise<unknown> {
  const folder = dirname(socketPath)
  const privacy = await folderPrivacy(folder)
  if (privacy === 'absent') return undefined
  if (privacy !== 'private') throw socketFolderUnsafe(folder, privacy.problem)
  try {
    const asking = request({ socketPath, ...asked, signal, agent: false })
    asking.end()
    const [response] = await once(asking, 'response', { signal })
    const body: unknown = JSON.parse(await text(response))
    const status = Number(response.statusCode)
    if (status < 400) return body
    throw problemError(body, status)
  } catch (error) {
    // No socket, or one that a killed supervisor left.
    if (['ENOENT', 'ECONNREFUSED'].includes(errorCode(error) ?? '')) return undefined
    if (isTimeout(signal)) throw controlFailed(SILENT, error)
    if (error instanceof AppError || signal.aborted) throw error
    throw controlFailed(errorMessage(error), error)
  }
}

function isTimeout({ aborted, reason }: AbortSignal): boolean {
  return aborted && reason instanceof DOMException && reason.name === 'TimeoutError'
}

function problemError(body: unknown, status: number): AppError {
  const isProblem = typeof body === 'object' && body !== null && 'code' in body && 'detail' in body
  return isProblem
    ? new AppError(String(body.code), String(body.detail), { status })
    : controlFailed('its answer could not be read')
}
