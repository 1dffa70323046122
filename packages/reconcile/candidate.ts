import { type PortRange, rangeContains, type Transport } from '@portolan/ports'
import { hasNumbers } from './attribution.ts'
import type { HostLook, Seen } from './host-look.ts'

/** A claim that somebody's sighting asks for. */
export interface Candidate {
  readonly seen: Seen
  readonly range: PortRange
  readonly shape: 'pair' | 'single'
  readonly need: {
    readonly project: string
    readonly environment: string
    readonly kind: string
    readonly purpose: string
    readonly transport: Transport
  }
  readonly by: 'label' | 'rule'
}

export function candidateOf(look: HostLook, seen: Seen): readonly Candidate[] {
  const { sighting, owner } = seen
  const { port, transport } = sighting
  if (owner === undefined || look.findClaim(transport, port) !== undefined) return []
  const kind = owner.kind ?? kindOf(look, owner.environment, port)
  const shape = shapeOf(look, seen, kind)
  const blue = owner.half === 'green' ? port - 1 : port - (owner.half === undefined ? port % 2 : 0)
  const range = shape === 'pair' ? { first: blue, last: blue + 1 } : { first: port, last: port }
  const { project, environment, purpose = 'main' } = owner
  return [{ seen, range, shape, need: { project, environment, kind, purpose, transport }, by: owner.by }]
}

function kindOf({ bands }: HostLook, environment: string, port: number): string {
  const holding = bands.filter(({ range }) => rangeContains(range, port))
  return (holding.find((band) => band.environment === environment) ?? holding[0])?.kind ?? 'app'
}

/** Apps in the band of their environment come in pairs; a database has one port. */
function shapeOf({ bands }: HostLook, { sighting, owner }: Seen, kind: string): 'pair' | 'single' {
  if (owner?.half !== undefined) return 'pair'
  if (owner?.shape !== undefined) return owner.shape
  const isInBand = bands.some(
    (band) => band.environment === owner?.environment && band.kind === kind && rangeContains(band.range, sighting.port),
  )
  return kind === 'app' && isInBand ? 'pair' : 'single'
}

/** What a claim is known by on its host. */
export function needKey({ project, environment, kind, purpose, transport }: Candidate['need']): string {
  return `${project} ${environment} ${kind} ${purpose} ${transport}`
}

/**
 * Who is in the right where two ask for the same ports: whom a rule names, then what runs, then what shows both numbers of
 * a deployment, then the newest deployment; only then the lower port.
 */
export function bySurety(a: Candidate, b: Candidate): number {
  const differences = suretyOf(b).map((value, index) => value - (suretyOf(a)[index] ?? 0))
  return differences.find((difference) => difference !== 0) ?? a.seen.sighting.port - b.seen.sighting.port
}

function suretyOf({ seen: { owner, isRunning } }: Candidate): readonly number[] {
  const token = owner === undefined || !hasNumbers(owner) ? 0 : (owner.token ?? 0)
  return [Number(owner?.isVouched === true), Number(isRunning), token]
}

/** Who has it open: one program that has several ports does not contradict itself. */
export function claimantOf({ seen: { sighting } }: Candidate): string {
  const { container, holder, transport, port } = sighting
  if (container !== undefined) return `container ${container.id}`
  return holder === undefined ? `${transport} ${port}` : `process ${holder.pid}`
}
