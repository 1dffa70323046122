import { randomUUID } from 'node:crypto'
import { link, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { errorCode, errorMessage, isAppError } from '@portolan/errors'
import type { CliContext } from '../cli-context.ts'
import { registryAccessUnusable } from '../errors.ts'
import { replaceFile } from '../replace-file.ts'
import { STACK_FILE_NAME } from '../stack-argument.ts'
import { readOwnFile, refuseForeignFolder } from './own-file.ts'

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
  /** Where this user's commands ask it: a port may be anybody's while it does not run, what is in this folder may not. */
  readonly socketFile: string
  /** What is written down of commands that run in slots. */
  readonly slotsFolder: string
}

/** XDG Base Directory Specification: state that outlives a restart. A relative path there counts for nothing. */
export function statePlace({ environment }: Pick<CliContext, 'environment'>): StatePlace {
  const { XDG_STATE_HOME: said = '' } = environment
  const root = join(said.startsWith('/') ? said : join(environment.HOME ?? homedir(), '.local', 'state'), 'portolan')
  const registryFolder = join(root, 'registry')
  return {
    registryFolder,
    accessFile: join(registryFolder, 'access.json'),
    socketFile: join(registryFolder, 'registry.sock'),
    slotsFolder: join(root, 'slots'),
  }
}

/**
 * Refuses what another user could have put there: the key would be sent where he wants, and what he wants be started.
 * @throws CLI_REGISTRY_NOT_PRIVATE
 */
export async function refuseForeignRegistry({ registryFolder }: StatePlace): Promise<void> {
  await refuseForeignFolder(dirname(registryFolder), 'write')
  await refuseForeignFolder(registryFolder, 'anything')
  for (const name of [STACK_FILE_NAME, 'registry.yaml']) await readOwnFile(join(registryFolder, name), 'write')
}

/**
 * How this machine's own registry is asked; undefined when there has never been one.
 * @throws CLI_REGISTRY_ACCESS_UNUSABLE, CLI_REGISTRY_NOT_PRIVATE
 */
export async function findOwnAccess(place: StatePlace): Promise<RegistryAccess | undefined> {
  const { accessFile } = place
  try {
    await refuseForeignRegistry(place)
    const text = await readOwnFile(accessFile, 'anything')
    if (text === undefined) return undefined
    const written: unknown = JSON.parse(text)
    if (isAccess(written)) return written
    throw new Error('expected { "url": …, "key": … }')
  } catch (error) {
    if (isAppError(error)) throw error
    throw registryAccessUnusable(accessFile, errorMessage(error), error)
  }
}

/**
 * For its owner's eyes alone, and never half written. Of several that begin in one moment one is the first, and the others
 * take its.
 */
export async function writeFirstAccess({ accessFile }: StatePlace, access: RegistryAccess): Promise<void> {
  const draft = `${accessFile}.${randomUUID()}`
  await writeFile(draft, accessText(access), { mode: 0o600, flag: 'wx' })
  try {
    await link(draft, accessFile)
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error // somebody was first
  } finally {
    await rm(draft, { force: true })
  }
}

/** In step with where it listens. */
export async function rewriteAccess({ accessFile }: StatePlace, access: RegistryAccess): Promise<void> {
  await replaceFile(accessFile, accessText(access), 0o600)
}

function accessText(access: RegistryAccess): string {
  return `${JSON.stringify(access, null, 2)}\n`
}

function isAccess(value: unknown): value is RegistryAccess {
  if (typeof value !== 'object' || value === null || !('url' in value) || !('key' in value)) return false
  return typeof value.url === 'string' && typeof value.key === 'string'
}
