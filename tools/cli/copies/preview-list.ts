import { dirname, resolve } from 'node:path'
import { errorMessage } from '@portolan/errors'
import type { OutputOf } from '@portolan/operations'
import { type DataFolder, dataFolderOf, readHeldPorts } from '@portolan/supervise'
import { gatewayUrl } from '../address-lines.ts'
import type { CliContext } from '../cli-context.ts'
import { type RegistryDoor, registryDoor } from '../registry/registry-door.ts'
import { isUp, listCopies, type ReadStack, stackMeant } from '../stack-argument.ts'
import { alignColumns, coloursFor, visible, visibleLines } from '../terminal.ts'
import { typedCommand } from '../typing.ts'
import { COPY_LABELS, PREVIEW_ENVIRONMENT } from './claim-terms.ts'

/** `ended`: it was killed, and its ports are held until its lease is over. `elsewhere`: on another machine. */
export const PREVIEW_STATES = ['running', 'ended', 'elsewhere'] as const
export type PreviewState = (typeof PREVIEW_STATES)[number]

export interface ListedPreview {
  readonly name: string
  readonly state: PreviewState
  /** Where its page is; undefined where the stack has none, or nobody can say. */
  readonly url: string | undefined
  /** When it ends, or its ports come free (ISO 8601). */
  readonly until: string | undefined
  readonly folder: string
  readonly host: string | undefined
}

type Claim = OutputOf<'port_list'>['claims'][number]

/** Those that hold ports: of this folder, of other checkouts, and, where the registry is a team's, of other machines. */
export async function listPreviews(context: CliContext, read: ReadStack): Promise<readonly ListedPreview[]> {
  const here = await previewsHere(read)
  const known = new Set(here.map(({ mark }) => mark))
  const claims = await previewClaims(context, read.stack.name)
  const byCopy = Map.groupBy(claims, ({ labels }) => labels[COPY_LABELS.copy] ?? '')
  const others = [...byCopy].flatMap(([mark, held]) => (known.has(mark) ? [] : [previewOf(mark, held)]))
  return [...here.map(({ preview }) => preview), ...(await Promise.all(others))]
}

interface PreviewHere {
  readonly mark: string
  readonly preview: ListedPreview
}

async function previewsHere(read: ReadStack): Promise<readonly PreviewHere[]> {
  const found: PreviewHere[] = []
  for (const { preview: name } of await listCopies(read)) {
    if (name === undefined) continue
    const { folder, resolved } = await stackMeant(read.file, { preview: name })
    const held = await readHeldPorts(folder)
    if (held === undefined) continue // its ports were given back: only data is left of it
    const state = (await isUp(folder)) ? 'running' : 'ended'
    const place = { folder: resolve(dirname(read.file)), host: undefined }
    const preview = { name, state, url: gatewayUrl(resolved), until: held.until, ...place } as const
    found.push({ mark: folder.mark, preview })
  }
  return found
}

const PAGE = 1_000

/** What the registry says; nothing, and a note, when it cannot be asked: those of this folder are shown all the same. */
async function previewClaims(context: CliContext, project: string): Promise<readonly Claim[]> {
  try {
    return await allClaims(await registryDoor(context), project, context.stopped)
  } catch (error) {
    context.stopped.throwIfAborted()
    context.stderr.write(`Only those of this folder: ${visibleLines(errorMessage(error))}\n`)
    return []
  }
}

async function allClaims({ door }: RegistryDoor, project: string, signal: AbortSignal): Promise<readonly Claim[]> {
  const claims: Claim[] = []
  let after: number | undefined
  do {
    const page = { limit: PAGE, ...(after === undefined ? {} : { after }) }
    const answer = await door.call('port_list', { project, environment: PREVIEW_ENVIRONMENT, ...page }, { signal })
    claims.push(...answer.claims.filter(({ labels }) => labels[COPY_LABELS.preview] !== undefined))
    after = answer.next
  } while (after !== undefined)
  return claims
}

async function previewOf(mark: string, claims: readonly Claim[]): Promise<ListedPreview> {
  const [first] = claims
  const labels = first?.labels ?? {}
  const name = labels[COPY_LABELS.preview] ?? ''
  const folder = labels[COPY_LABELS.folder] ?? ''
  const data = dataFolderOf(folder, { environment: '', shift: 0, preview: name })
  const isHere = data.mark === mark && (await isKnown(data))
  const door = claims.find(({ purpose }) => purpose.startsWith('gateway.http/'))
  const host = first?.host
  return {
    name,
    state: isHere ? ((await isUp(data)) ? 'running' : 'ended') : 'elsewhere',
    url: isHere && door !== undefined ? `http://localhost:${door.port}` : undefined,
    until: (isHere ? (await readHeldPorts(data))?.until : undefined) ?? first?.leaseUntil,
    folder,
    host,
  }
}

/** Whether that folder is on this machine. */
async function isKnown(data: DataFolder): Promise<boolean> {
  return (await readHeldPorts(data)) !== undefined
}

export function previewLines(
  context: CliContext,
  { file, stack }: ReadStack,
  previews: readonly ListedPreview[],
): readonly string[] {
  const { bold, cyan, dim, green, yellow } = coloursFor(context.stdout, context)
  if (previews.length === 0) {
    const start = typedCommand(context.typing, 'up', { stack: file, preview: 'NAME' })
    return [`${bold(stack.name)} has no previews. Start one with "${start}".`]
  }
  const paint = { running: green, ended: yellow, elsewhere: dim } as const
  const header = ['preview', 'state', 'address', 'until', 'folder'].map((word) => dim(word))
  const rows = previews.map(({ name, state, url, until, folder, host }) => [
    bold(visible(name)),
    paint[state](state),
    url === undefined ? '' : cyan(url),
    until ?? '',
    dim(visible(state === 'elsewhere' ? `${host ?? ''}:${folder}` : folder)),
  ])
  return alignColumns([header, ...rows])
}
