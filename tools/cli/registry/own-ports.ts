import { join } from 'node:path'
import { acquireFolderLock, type DataFolder, endOrphans, prepareDataFolder } from '@portolan/supervise'
import { type Document, isMap, parseDocument, Scalar } from 'yaml'
import type { CliContext } from '../cli-context.ts'
import { registryAccessUnusable } from '../errors.ts'
import { freePorts, isFree } from '../free-ports.ts'
import { replaceFile } from '../replace-file.ts'
import { STACK_FILE_NAME } from '../stack-argument.ts'
import { readOwnFile } from './own-file.ts'
import { findOwnAccess, type RegistryAccess, rewriteAccess, type StatePlace } from './registry-place.ts'

const PORTS = [
  { service: 'registry', port: 'http', words: 'its HTTP port' },
  { service: 'postgres', port: 'sql', words: 'the port of its PostgreSQL' },
] as const

const LAYOUT = { lineWidth: 0 } as const

/**
 * Before this machine's registry starts: a port of it that somebody else has taken meanwhile is chosen again, which is
 * said, and its stack file and access.json say the same. While it runs nothing is changed.
 * @throws CLI_REGISTRY_ACCESS_UNUSABLE, CLI_REGISTRY_NOT_PRIVATE
 */
export async function settleOwnPorts(context: CliContext, place: StatePlace, folder: DataFolder): Promise<void> {
  await prepareDataFolder(folder)
  using lock = acquireFolderLock(folder.lockFile)
  if (lock === undefined) return // it runs, or is just being started, on these ports
  await endOrphans(folder, { signal: context.stopped })
  const file = join(place.registryFolder, STACK_FILE_NAME)
  const before = (await readOwnFile(file, 'write')) ?? ''
  const document = parseDocument(before)
  addSocket(document)
  for (const { service, port, words } of PORTS) {
    const taken = numberAt(document, service, port)
    if (taken === undefined || (await isFree(taken))) continue
    const [free = taken] = await freePorts(1)
    document.setIn(pathOf(service, port), free)
    context.stdout.write(`Something else listens on ${taken}, ${words}. From now on it is ${free}.\n`)
  }
  const after = document.toString(LAYOUT)
  if (after !== parseDocument(before).toString(LAYOUT)) await replaceFile(file, after, 0o600)
  await keepInStep(place, document)
}

function pathOf(service: string, port: string): readonly string[] {
  return ['services', service, 'ports', port, 'port']
}

/** Undefined where whoever owns the file has written it otherwise. */
function numberAt(document: Document, service: string, port: string): number | undefined {
  const value: unknown = document.getIn(pathOf(service, port))
  return typeof value === 'number' ? value : undefined
}

const ENVIRONMENT = ['services', 'registry', 'environment']

/** A file of an earlier version does not hand it on. */
function addSocket(document: Document): void {
  if (!isMap(document.getIn(ENVIRONMENT)) || document.hasIn([...ENVIRONMENT, 'REGISTRY_SOCKET'])) return
  const value = new Scalar('${REGISTRY_SOCKET}')
  value.type = 'QUOTE_DOUBLE'
  document.setIn([...ENVIRONMENT, 'REGISTRY_SOCKET'], value)
}

async function keepInStep(place: StatePlace, document: Document): Promise<void> {
  const access = await findOwnAccess(place)
  if (access === undefined) return
  if (!URL.canParse(access.url)) throw registryAccessUnusable(place.accessFile, '"url" is no address', undefined)
  const url = new URL(access.url)
  const [http, sql] = PORTS.map(({ service, port }) => numberAt(document, service, port))
  if (http !== undefined) url.port = String(http)
  const now: RegistryAccess = { ...access, url: url.origin, ...(sql === undefined ? {} : { sqlPort: sql }) }
  if (now.url !== access.url || now.sqlPort !== access.sqlPort) await rewriteAccess(place, now)
}
