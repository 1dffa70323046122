import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '@portolan/errors'
import type { CliContext } from '../cli-context.ts'
import { folderUnusable } from '../errors.ts'
import { freePorts } from '../free-ports.ts'
import { STACK_FILE_NAME } from '../stack-argument.ts'
import {
  findOwnAccess,
  type RegistryAccess,
  refuseForeignRegistry,
  type StatePlace,
  statePlace,
  writeFirstAccess,
} from './registry-place.ts'

/** The path of a socket has at most 107 bytes with its end (unix(7), sun_path); macOS has 103. */
const SOCKET_PATH_BYTES = 103

/** The registry of this machine: a stack of its own, in a folder of this user. */
export interface OwnRegistry {
  readonly place: StatePlace
  /** What its stack file takes from outside. */
  readonly values: Readonly<Record<string, string>>
}

/**
 * Writes what is missing of it; what is there stays as it is.
 * @throws CLI_FOLDER_UNUSABLE, CLI_REGISTRY_ACCESS_UNUSABLE, CLI_REGISTRY_NOT_PRIVATE
 */
export async function prepareOwnRegistry(context: CliContext): Promise<OwnRegistry> {
  const place = statePlace(context)
  const folder = place.registryFolder
  if (Buffer.byteLength(place.socketFile) > SOCKET_PATH_BYTES)
    throw folderUnusable(folder, new Error(`the path of the socket in it has more than ${SOCKET_PATH_BYTES} bytes`))
  try {
    await refuseForeignRegistry(place)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const access = (await findOwnAccess(place)) ?? (await firstAccess(place))
    await writeOnce(join(folder, STACK_FILE_NAME), await stackText(access))
    // Loaded for the first start alone: it brings the operations along.
    const { ownHostName } = await import('@portolan/operations/remote')
    await writeOnce(join(folder, 'registry.yaml'), settingsText(ownHostName()))
    return { place, values: valuesOf(context, access, place) }
  } catch (error) {
    if (['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'ENOTDIR'].includes(errorCode(error) ?? ''))
      throw folderUnusable(folder, error)
    throw error
  }
}

function valuesOf(context: CliContext, { key }: RegistryAccess, { registryFolder, socketFile }: StatePlace) {
  return {
    PORTOLAN_NODE: context.self[0] ?? 'node',
    PORTOLAN_REGISTRY_SERVER: context.registryServer,
    REGISTRY_SETTINGS: join(registryFolder, 'registry.yaml'),
    REGISTRY_SOCKET: socketFile,
    REGISTRY_ADMIN_KEY: key,
  }
}

async function firstAccess(place: StatePlace): Promise<RegistryAccess> {
  const [http, sql] = await freePorts(2)
  const key = `pk_${hex(8)}_${randomBytes(32).toString('base64url')}`
  const access = { url: `http://127.0.0.1:${http}`, key, ...(sql === undefined ? {} : { sqlPort: sql }) }
  await writeFirstAccess(place, access)
  return (await findOwnAccess(place)) ?? access
}

const hex = (count: number) => randomBytes(count).toString('hex')

async function writeOnce(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error // it is there, and may have been changed since
  }
}

async function stackText({ url, sqlPort }: RegistryAccess): Promise<string> {
  const http = new URL(url).port
  const sql = sqlPort ?? (await freePorts(1))[0]
  return `# The port registry of this machine. "portolan registry up" starts it, and says who and what stands in $\{…}.
stack: registry

services:
  registry:
    run: { command: "\${PORTOLAN_NODE}", args: ["\${PORTOLAN_REGISTRY_SERVER}"] }
    ports: { http: { port: ${http}, reach: loopback } }
    needs:
      postgres: { database: registry_db, role: registry_user }
    environment:
      REGISTRY_SETTINGS: "\${REGISTRY_SETTINGS}"
      REGISTRY_SOCKET: "\${REGISTRY_SOCKET}"
      REGISTRY_ADMIN_KEY: "\${REGISTRY_ADMIN_KEY}"
    health: /health
    metrics: /metrics

  postgres:
    run: { embedded: postgres }
    ports: { sql: { port: ${sql}, reach: loopback } }
`
}

const ENGINE_SOCKETS = ['/var/run/docker.sock', '/run/podman/podman.sock'] as const

/** This machine is declared by itself, with everything that can look at it. */
function settingsText(hostName: string): string {
  const engines = ENGINE_SOCKETS.filter((path) => existsSync(path))
  return `# Which hosts the registry watches, and how. Read at each start.
hosts:
  ${hostName}:
    kernel: true # this machine's own sockets
    engines: [${engines.join(', ')}] # sockets of Docker or podman
  # seoul-1:
  #   addresses: [192.0.2.1]
  #   ssh: { host: seoul-1.example.com, user: portolan, keyFile: /etc/portolan/ssh-key }
  #   engines: [/run/docker.sock]

# The bands, in place of all that the registry has ("portolan bands list"), at every start. Taken out again, they stay as they
# were last; these are the ones that a registry begins with:
# bands:
#   staging: { app: 3000-3499, db: 5432-5449, redis: 6379-6399 }
#   production: { app: 4000-4499, db: 5450-5469, redis: 6400-6419 }
#   preview: { app: 5000-5999 }

# Ports that are never allocated:
# blocked: [4190, 5000-5010]
`
}
