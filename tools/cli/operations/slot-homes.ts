import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { containerHome, type Home, processHome } from '@portolan/deploy'
import { errorMessage, type Waiting } from '@portolan/errors'
import { type EngineAddress, SshHost, sshEngine } from '@portolan/observe'
import type { CliContext } from '../cli-context.ts'
import { usage } from '../errors.ts'
import { statePlace } from '../registry/registry-place.ts'

/** A container engine, and where the ports that it publishes are reached. */
export interface ChosenEngine extends AsyncDisposable {
  readonly address: EngineAddress
  /** Undefined for one of this machine. */
  readonly hostAddress?: string
}

const FORMS = 'a socket (/run/docker.sock), tcp://HOST:PORT, or ssh://USER@HOST[:PORT][/SOCKET]'
const NOTHING_OPEN = { [Symbol.asyncDispose]: () => Promise.resolve() }

/** @throws CLI_USAGE */
export function engineOf(text: string, { environment }: Pick<CliContext, 'environment'>): ChosenEngine {
  const path = text.replace(/^unix:\/\//, '')
  if (path.startsWith('/')) return { address: { type: 'socket', path }, ...NOTHING_OPEN }
  if (!URL.canParse(text)) throw usage(`--engine takes ${FORMS}, not "${text}".`)
  const url = new URL(text)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (url.protocol === 'tcp:') {
    return { address: { type: 'tcp', host, port: Number(url.port || 2375) }, hostAddress: host, ...NOTHING_OPEN }
  }
  if (url.protocol !== 'ssh:') throw usage(`--engine takes ${FORMS}, not "${text}".`)
  return sshEngineOf(url, host, environment)
}

function sshEngineOf(url: URL, host: string, environment: CliContext['environment']): ChosenEngine {
  const { SSH_AUTH_SOCK: agent = '', PORTOLAN_SSH_KEY: key = '', USER = '' } = environment
  if (agent === '' && key === '') {
    throw usage('An engine over SSH needs a running agent (SSH_AUTH_SOCK), or PORTOLAN_SSH_KEY with the path of a key.')
  }
  const credentials =
    key === '' ? ({ type: 'agent', socketPath: agent } as const) : ({ type: 'key', path: key } as const)
  const port = url.port === '' ? {} : { port: Number(url.port) }
  const user = url.username === '' ? USER : decodeURIComponent(url.username)
  const connection = new SshHost({ name: host, host, user, credentials, ...port })
  const way = url.pathname.length > 1 ? { socketPath: url.pathname } : ({ command: 'docker' } as const)
  return {
    address: sshEngine(connection, way),
    hostAddress: host,
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  }
}

/** The engine that was named, else DOCKER_HOST's, else this machine's first; undefined when there is none. */
export function findEngine(context: CliContext, named: string | undefined): ChosenEngine | undefined {
  const { DOCKER_HOST: said = '', XDG_RUNTIME_DIR: runtime = '' } = context.environment
  if (named !== undefined) return engineOf(named, context)
  if (said !== '') return engineOf(said, context)
  const rootless = runtime === '' ? [] : [join(runtime, 'docker.sock'), join(runtime, 'podman', 'podman.sock')]
  const path = ['/var/run/docker.sock', '/run/podman/podman.sock', ...rootless].find((one) => existsSync(one))
  return path === undefined ? undefined : engineOf(path, context)
}

/**
 * Everywhere that something of a pair may stand: this machine's commands, and its containers. An engine that nobody named
 * and that does not answer is told of, and does not stop anything.
 */
export function slotHomes(
  context: CliContext,
  engine: ChosenEngine | undefined,
  named: string | undefined,
): readonly Home[] {
  const processes = processHome(statePlace(context).slotsFolder)
  if (engine === undefined) return [processes]
  const containers = containerHome(engine.address)
  return [processes, named === undefined ? forgiving(context, containers) : containers]
}

function forgiving(context: CliContext, home: Home): Home {
  return {
    ...home,
    async listOccupants(place, waiting: Waiting) {
      try {
        return await home.listOccupants(place, waiting)
      } catch (error) {
        waiting.signal.throwIfAborted()
        context.stderr.write(`Containers were not looked at: ${errorMessage(error)}\n`)
        return []
      }
    },
  }
}
