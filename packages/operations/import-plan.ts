import { createHash } from 'node:crypto'
import {
  type EntrySlots,
  findCollisions,
  type HeldPorts,
  type MovePlan,
  needText,
  type OccupiedPort,
  type PlannedNeed,
  type PortEntry,
  planMoves,
} from '@portolan/port-files'
import { formatPortRange } from '@portolan/ports'
import { candidateOf, type HostLook, listOccupants, lookAtHost, nameOfHolder } from '@portolan/reconcile'
import { HALVES, type Occupant, type PlanStep } from '@portolan/registry'
import type { OperationContext } from './operation.ts'
import { type RunningHalf, unrecordedOf } from './record-slots.ts'

export interface ImportQuestion {
  readonly host: string
  readonly look: HostLook
  /** What files say. */
  readonly entries: readonly PortEntry[]
  /** Ports that a file calls used, without saying by whom. */
  readonly reserved: readonly number[]
}

/** A plan, and what it was made of. */
export interface ImportPlan {
  readonly plan: MovePlan
  readonly collisions: ReturnType<typeof findCollisions>
  readonly steps: readonly ClaimStep[]
  /** Stands for exactly these steps, and for what is written into slots with them: who shows it has seen them. */
  readonly hash: string
}

type ClaimStep = Extract<PlanStep, { type: 'claim' }>

const ROUND_LIMIT = 30

/**
 * The plan for files and for what runs, on a host where some ports are claimed already. What has to move goes only where
 * the registry itself would allocate: it is asked, and what it refuses counts as occupied in the next round.
 */
export async function makeImportPlan(question: ImportQuestion, context: OperationContext): Promise<ImportPlan> {
  const { host, look } = question
  const entries = [...runningEntries(look), ...question.entries]
  const occupied: OccupiedPort[] = [
    ...question.reserved.map((port) => ({ transport: 'tcp', port }) as const),
    ...look.seen.map(({ sighting: { transport, port } }) => ({ transport, port })),
  ]
  let plan = planMoves(entries, { bands: look.bands, held: heldPorts(look), occupied })
  for (let round = 0; round < ROUND_LIMIT; round += 1) {
    const refused = await refusedPorts(host, plan, context)
    if (refused.length === 0) break
    occupied.push(...refused)
    plan = planMoves(entries, { bands: look.bands, held: heldPorts(look), occupied })
  }
  const steps = plan.needs.flatMap((planned) => (planned.outcome === 'held' ? [] : [stepOf(look, planned)]))
  return { plan, collisions: findCollisions(entries), steps, hash: hashOf(steps, unrecordedOf(look)) }
}

/** What runs and whose owner is known is a word about ports too: the one that weighs most. */
function runningEntries(look: HostLook): readonly PortEntry[] {
  const { host, observation, bands } = look
  // As if nothing were claimed: who runs on another's ports has to be in the plan.
  const free = { ...lookAtHost({ host, claims: [], observation, bands }), seen: look.seen }
  const candidates = free.seen.flatMap((seen) => candidateOf(free, seen))
  const byPort = candidates.toSorted((a, b) => a.seen.sighting.port - b.seen.sighting.port)
  // A port that is open over IPv4 and IPv6 is one word of one program.
  const once = new Map(byPort.map((each) => [`${each.seen.sighting.port} ${needText(each.need)}`, each]))
  return [...once.values()].map(({ need, shape, seen: { sighting } }) => {
    const ports = { first: sighting.port, last: sighting.port }
    const place = { file: `host ${host}`, part: 'port', ports, says: nameOfHolder(sighting) } as const
    return { ...need, shape, authority: 'running', places: [place] }
  })
}

function heldPorts({ claims }: HostLook): readonly HeldPorts[] {
  return claims.map(({ id, project, environment, kind, purpose, transport, shape, range }) => {
    return { claimId: id, project, environment, kind, purpose, transport, shape, range }
  })
}

async function refusedPorts(
  host: string,
  { needs }: MovePlan,
  { registry, signal }: OperationContext,
): Promise<readonly OccupiedPort[]> {
  const refused: OccupiedPort[] = []
  for (const { need, outcome, range } of needs) {
    if (outcome !== 'moved') continue
    const { project, transport } = need
    const { obstacles } = await registry.check({ host, range, transport, project }, { signal })
    refused.push(...obstacles.map(({ port }) => ({ transport, port })))
  }
  return refused
}

function stepOf(look: HostLook, planned: PlannedNeed): ClaimStep {
  const { need, range, shape, why } = planned
  const { project, environment, kind, purpose, transport } = need
  const identity = { project, environment, kind, purpose, transport }
  const reason = `import: ${why}`.slice(0, 500)
  const request = { host: look.host, range, shape, ...identity, evenIfOutOfBand: true, reason }
  return { type: 'claim', request, occupants: shape === 'pair' ? occupantsOf(look, planned) : [] }
}

/** What was seen running; else what a slot file says runs. Where a need moves to, nothing of it runs yet. */
function occupantsOf(look: HostLook, { need, range, outcome, slots }: PlannedNeed): readonly Occupant[] {
  if (outcome === 'moved') return []
  const seen = listOccupants(look, { ...need, range })
  if (seen.length === 0) return slots === undefined ? [] : occupantsOfFile(slots)
  return seen.map(({ half, version, isVersionLabelled }) => {
    const slot = slots?.[half]
    const said = isVersionLabelled || slot?.state === 'empty' ? undefined : slot?.version
    return { half, version: said ?? version, isActive: seen.length === 1 || slot?.state === 'active' }
  })
}

/** The active half last, so that it is the one which stays active. */
function occupantsOfFile(slots: EntrySlots): readonly Occupant[] {
  const halves = HALVES.flatMap((half) => {
    const { state, version = 'unknown' } = slots[half]
    return state === 'empty' ? [] : [{ half, version, isActive: state !== 'deployed', state }]
  })
  const ordered = halves.toSorted((a, b) => Number(a.state === 'active') - Number(b.state === 'active'))
  return ordered.map(({ half, version, isActive }) => ({ half, version, isActive }))
}

/** @param recorded what is written into the slots of claims that were there before */
function hashOf(steps: readonly ClaimStep[], recorded: readonly RunningHalf[]): string {
  const claimed = steps.map(({ request, occupants }) => {
    const { host, project, environment, kind, purpose, transport, range, shape } = request
    return [host, project, environment, kind, purpose, transport, shape, formatPortRange(range), occupants ?? []]
  })
  const running = recorded.map(({ claim, half, version, isActive }) => [claim.id, half, version, isActive])
  const lines = [...claimed, ...running].map((part) => JSON.stringify(part))
  return createHash('sha256')
    .update(lines.toSorted((a, b) => (a < b ? -1 : 1)).join('\n'))
    .digest('hex')
    .slice(0, 32)
}
