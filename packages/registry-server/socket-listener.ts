import { once } from 'node:events'
import { chmod, lstat, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { errorCode, errorMessage, type Waiting } from '@portolan/errors'
import type { App } from '@portolan/service'
import { socketUnusable } from './errors.ts'

/** What answers on a socket; closing it lets the requests under way end until the signal fires. */
export interface SocketListener {
  close(waiting: Waiting): Promise<void>
}

/**
 * Lets an app answer on a UNIX socket as well, for its owner alone.
 * @throws REGISTRY_SERVER_SOCKET_UNUSABLE
 */
export async function listenOnSocket(app: App, path: string): Promise<SocketListener> {
  await app.ready()
  const server = createServer((request, response) => app.routing(request, response))
  server.requestTimeout = app.server.requestTimeout
  try {
    await removeLeftover(path)
    const listening = once(server, 'listening')
    server.listen(path)
    await listening
    await chmod(path, 0o600)
  } catch (error) {
    server.close()
    throw socketUnusable(path, errorMessage(error), error)
  }
  return {
    async close({ signal }) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      const cut = () => server.closeAllConnections()
      signal.addEventListener('abort', cut, { once: true })
      if (signal.aborted) cut()
      await closed
      signal.removeEventListener('abort', cut)
    },
  }
}

/** A socket that a killed server has left is nobody's; anything else there stays. */
async function removeLeftover(path: string): Promise<void> {
  try {
    const found = await lstat(path)
    if (!found.isSocket()) throw new Error('something else is there')
    if (await isAnswered(path)) throw new Error('another server answers there')
    await rm(path, { force: true })
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error // nothing is there
  }
}

async function isAnswered(path: string): Promise<boolean> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return true
  } catch (error) {
    if (errorCode(error) === 'ECONNREFUSED') return false
    throw error
  } finally {
    socket.destroy()
  }
}
