import { randomUUID } from 'node:crypto'
import { link, readFile, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { errorCode, errorMessage } from '@portolan/errors'
import type { CliContext } from './cli-context.ts'
import { registryAccessUnusable } from './errors.ts'

/** How a registry is asked. */
export interface RegistryAccess {
  readonly url: string
  readonly key: string
  /** Where the database of this machine's own listens. */
  readonly sqlPort?: number
}

/** The files of this machine's own registry, and of what runs in slots here. */
export interface StatePlace {
  /** A stack of its own: `portolan.yaml`, `registry.yaml`, and how it is asked. */
  readonly registryFolder: string
  readonly accessFile: string
  /** What is written down of commands that run in slots. */
  readonly slotsFolder: string
}

/** XDG Base Directory Specification: state that outlives a restart. A relative path there counts for nothing. */
export function statePlace({ environment }: Pick<CliContext, 'environment'>): StatePlace {
  const { XDG_STATE_HOME: said = '' } = environment
  const root = join(said.startsWith('/') ? said : join(environment.HOME ?? homedir(), '.local', 'state'), 'portolan')
  const registryFolder = join(root, 'registry')
  return { registryFolder, accessFile: join(registryFolder, 'access.json'), slotsFolder: join(root, 'slots') }
}

/** How this machine's own registry is asked; undefined when there has never been one. @throws CLI_REGISTRY_ACCESS_UNUSABLE */
export async function findOwnAccess({ accessFile }: StatePlace): Promise<RegistryAccess | undefined> {
  try {
    const written: unknown = JSON.parse(await readFile(accessFile, 'utf8'))
    if (isAccess(written)) return written
    throw new Error('expected { "url": …, "key": … }')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw registryAccessUnusable(accessFile, errorMessage(error), error)
  }
}

/**
 * For its owner's eyes alone, and never half written. Of several that begin in one moment one is the first, and the others
 * take its.
 */
export async function writeFirstAccess({ accessFile }: StatePlace, access: RegistryAccess): Promise<void> {
  const draft = `${accessFile}.${randomUUID()}`
  await writeFile(draft, `${JSON.stringify(access, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
  try {
    await link(draft, accessFile)
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error // somebody was first
  } finally {
    await rm(draft, { force: true })
  }
}

function isAccess(value: unknown): value is RegistryAccess {
  if (typeof value !== 'object' || value === null || !('url' in value) || !('key' in value)) return false
  return typeof value.url === 'string' && typeof value.key === 'string'
}
