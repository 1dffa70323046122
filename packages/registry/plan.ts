import { isAppError } from '@portolan/errors'
import { type AllocateRequest, allocateOperation, checkAllocateRequest } from './allocate.ts'
import { listAnswers, type StoredAnswer } from './answer-repository.ts'
import type { BlockedPorts } from './blocked-ports.ts'
import { type Claim, isLive, type ReleasedClaim } from './claim.ts'
import { type ClaimRequest, checkClaimRequest, claimOperation } from './claim-ports.ts'
import { findClaim, listOccupying, listReleased } from './claim-repository.ts'
import { claimMissing, hostMissing, idempotencyConflict, planRefused, requestInvalid } from './errors.ts'
import { Ground, Later } from './ground.ts'
import { HostPicture } from './host-picture.ts'
import { findHostState, lockHost } from './host-repository.ts'
import type { HostView } from './host-view.ts'
import { checkOccupants, type Occupant, occupy } from './occupants.ts'
import type { Change, Decision, IdempotencyKey, Operation } from './operation.ts'
import type { RegistryTransaction } from './registry-schema.ts'
import { checkClaimChange, type ReleaseRequest, releaseOperation } from './release.ts'
import { bodyHash, RequestCheck } from './request.ts'
import { type KeptAnswer, type Written, writeBatch } from './write-repository.ts'

/** One thing to do; keys, and with them repetition, belong to the plan as a whole. */
export type PlanStep =
  | { readonly type: 'allocate'; readonly request: Omit<AllocateRequest, 'idempotencyKey' | 'explain'> }
  | {
      readonly type: 'claim'
      readonly request: Omit<ClaimRequest, 'idempotencyKey'>
      /** What runs there already: written into the slots together with the claim. */
      readonly occupants?: readonly Occupant[]
    }
  | { readonly type: 'release'; readonly request: Omit<ReleaseRequest, 'idempotencyKey'> }

export interface Plan {
  readonly steps: readonly PlanStep[]
  readonly idempotencyKey?: string
}

/** What became of each step, in their order. */
export interface PlanResult {
  readonly steps: readonly PlanStepResult[]
}

interface PlanStepResult {
  readonly claim: Claim
  /** False when it was so before. */
  readonly wasChanged: boolean
}

export interface PlanContext {
  readonly viewsByHost: ReadonlyMap<string, HostView>
  readonly quarantineMs: number
  readonly blocked: readonly BlockedPorts[]
  readonly now: Date
  readonly answersSince: Date
}

const STEP_LIMIT = 1_000
const IDLE_LIMIT_MS = 5_000

/** @throws REGISTRY_REQUEST_INVALID */
export function checkPlan({ steps }: Plan): void {
  if (steps.length === 0 || steps.length > STEP_LIMIT) {
    throw requestInvalid([{ field: 'steps', expected: `a list of 1 to ${STEP_LIMIT}` }])
  }
  for (const step of steps) {
    if (step.type === 'allocate') checkAllocateRequest(step.request)
    else if (step.type === 'claim') {
      checkClaimRequest(step.request)
      checkOccupants(new RequestCheck(), step.occupants).done()
    } else checkClaimChange(step.request)
  }
}

/** A step on its host, with the key that its answer is kept under. */
interface PlacedStep {
  readonly index: number
  readonly host: string
  readonly step: PlanStep
  readonly key: IdempotencyKey | undefined
}

/**
 * Does all steps, over any number of hosts, or none. The hosts' rows are held meanwhile, in the order of their names,
 * so that two plans never wait for each other.
 * @throws REGISTRY_PLAN_REFUSED with the step and its reason; REGISTRY_IDEMPOTENCY_CONFLICT
 */
export async function applyPlan(tx: RegistryTransaction, plan: Plan, context: PlanContext): Promise<PlanResult> {
  const placed = await placeSteps(tx, plan)
  const hosts = [...new Set(placed.map(({ host }) => host))].toSorted()
  for (const host of hosts) {
    if ((await lockHost(tx, host, { idleLimitMs: IDLE_LIMIT_MS })) === undefined) throw hostMissing(host)
  }
  const before = await answerBefore(tx, placed, context)
  if (before !== undefined) return before
  const results = new Map<number, PlanStepResult>()
  for (const host of hosts) {
    const steps = placed.filter((each) => each.host === host)
    const ground = await groundOf(tx, steps, context)
    const decisions = steps.map((each) => decideStep(ground, each, context))
    const written = await writeWithOccupants(tx, ground, { steps, decisions, context })
    for (const [position, { index }] of steps.entries()) {
      const decision = decisions[position]
      if (decision?.subject === undefined) continue
      results.set(index, { claim: written(decision.subject), wasChanged: decision.wasChanged })
    }
  }
  return { steps: placed.map(({ index }) => results.get(index)).filter((result) => result !== undefined) }
}

async function placeSteps(tx: RegistryTransaction, { steps, idempotencyKey }: Plan): Promise<readonly PlacedStep[]> {
  const hash = idempotencyKey === undefined ? '' : bodyHash({ operation: 'plan', steps })
  const placed: PlacedStep[] = []
  for (const [index, step] of steps.entries()) {
    const { project } = step.request
    const key =
      idempotencyKey === undefined ? undefined : { project, key: `${idempotencyKey} ${index}`, bodyHash: hash }
    placed.push({ index, host: await hostOf(tx, step, index), step, key })
  }
  return placed
}

async function hostOf(tx: RegistryTransaction, step: PlanStep, index: number): Promise<string> {
  if (step.type !== 'release') return step.request.host
  const { claimId } = step.request
  const claim = await findClaim(tx, claimId)
  if (claim === undefined) throw planRefused(index, claimMissing(claimId))
  return claim.host
}

/** A plan was done as a whole, so one kept answer stands for all of them. */
async function answerBefore(
  tx: RegistryTransaction,
  placed: readonly PlacedStep[],
  { answersSince }: PlanContext,
): Promise<PlanResult | undefined> {
  const keys = placed.map(({ key }) => key).filter((key) => key !== undefined)
  const answers = keys.length === 0 ? [] : await listAnswers(tx, keys, answersSince)
  if (answers.length === 0) return undefined
  const steps: PlanStepResult[] = []
  for (const key of keys) {
    const answer: StoredAnswer | undefined = answers.find(
      (each) => each.project === key.project && each.key === key.key,
    )
    if (answer === undefined || answer.bodyHash !== key.bodyHash) throw idempotencyConflict(key.project, key.key)
    steps.push({ claim: answer.claim, wasChanged: answer.wasChanged })
  }
  return { steps }
}

async function groundOf(tx: RegistryTransaction, steps: readonly PlacedStep[], context: PlanContext): Promise<Ground> {
  const host = steps[0]?.host ?? ''
  const state = await findHostState(tx, host)
  if (state === undefined) throw hostMissing(host)
  const { now, blocked } = context
  const picture = new HostPicture(state, blocked)
  for (const claim of await listOccupying(tx, state.hostId, now)) picture.put(claim)
  const claimIds = steps.flatMap(({ step }) => (step.type === 'release' ? [step.request.claimId] : []))
  const released = claimIds.length === 0 ? [] : await listReleased(tx, claimIds)
  const releasedById = new Map<number, ReleasedClaim>(released.map((claim) => [claim.id, claim]))
  return new Ground({ picture, now, releasedById })
}

function decideStep(ground: Ground, { index, host, step }: PlacedStep, context: PlanContext): Decision<unknown> {
  try {
    const decision = operationOf(step, host, context).decide(ground)
    ground.enter(decision.changes)
    return decision
  } catch (error) {
    if (error instanceof Later) throw planRefused(index, requestInvalid([TOUCHED_TWICE]))
    throw isAppError(error) ? planRefused(index, error) : error
  }
}

const TOUCHED_TWICE = { field: 'steps', expected: 'about a claim that no earlier step of the plan changes' }

function operationOf(step: PlanStep, host: string, { viewsByHost, quarantineMs }: PlanContext): Operation<unknown> {
  switch (step.type) {
    case 'allocate':
      return allocateOperation(step.request, viewsByHost.get(host) ?? { state: 'unwatched' })
    case 'claim':
      return claimOperation(step.request)
    default:
      return releaseOperation(step.request, { quarantineMs })
  }
}

/** Slots need the number that a new claim is given by its writing, so they are a second batch under the same lock. */
async function writeWithOccupants(tx: RegistryTransaction, ground: Ground, toWrite: ToWrite): Promise<Written> {
  const { steps, decisions } = toWrite
  const hasOccupants = steps.some(({ step }) => step.type === 'claim' && (step.occupants ?? []).length > 0)
  if (!hasOccupants) return write(tx, ground, toWrite)
  const written = ground.changes.length === 0 ? same : await write(tx, ground, { ...toWrite, isWithoutAnswers: true })
  const revision = ground.picture.revision + (ground.changes.length === 0 ? 0 : 1)
  const finals = new Map<number, Claim>()
  const changes: Change[] = []
  for (const [position, { index, step }] of steps.entries()) {
    const subject = decisions[position]?.subject
    if (step.type !== 'claim' || subject === undefined) continue
    const change = occupyFor(index, written(subject), { step, at: ground.now })
    if (change === undefined) continue
    changes.push(change)
    finals.set(change.after.id, change.after)
  }
  const final: Written = (claim) => finals.get(written(claim).id) ?? written(claim)
  const answers = answersOf(toWrite).map((answer) => ({ ...answer, subject: final(answer.subject) }))
  if (changes.length === 0 && answers.length === 0) return written
  const { hostId } = ground.picture
  const { answersSince } = toWrite.context
  const done = await writeBatch(tx, { hostId, revision, changes, answers, at: ground.now, answersSince })
  if (done === undefined) throw new Error('A host has moved on under its lock.')
  return final
}

const same: Written = (claim) => claim

interface Occupying {
  readonly step: Extract<PlanStep, { type: 'claim' }>
  readonly at: Date
}

function occupyFor(index: number, claim: Claim, { step, at }: Occupying): Change | undefined {
  try {
    return isLive(claim) ? occupy(claim, step.occupants ?? [], { ...step.request, at }) : undefined
  } catch (error) {
    throw isAppError(error) ? planRefused(index, error) : error
  }
}

interface ToWrite {
  readonly steps: readonly PlacedStep[]
  readonly decisions: readonly Decision<unknown>[]
  readonly context: PlanContext
  readonly isWithoutAnswers?: boolean
}

function answersOf({ steps, decisions }: ToWrite): readonly KeptAnswer[] {
  return steps.flatMap(({ key }, position) => {
    const decision = decisions[position]
    if (key === undefined || decision?.subject === undefined) return []
    return [{ ...key, subject: decision.subject, wasChanged: decision.wasChanged }]
  })
}

async function write(tx: RegistryTransaction, ground: Ground, toWrite: ToWrite): Promise<Written> {
  const answers = toWrite.isWithoutAnswers === true ? [] : answersOf(toWrite)
  const { picture, changes, now: at } = ground
  if (changes.length === 0 && answers.length === 0) return (claim) => claim
  const { hostId, revision } = picture
  const { answersSince } = toWrite.context
  const written = await writeBatch(tx, { hostId, revision, changes, answers, at, answersSince })
  if (written === undefined) throw new Error('A host has moved on under its lock.')
  return written
}
