import { formatPortRange } from '@portolan/ports'
import {
  type Adoption,
  compareHost,
  DIFFERENCES,
  type Difference,
  type HostLook,
  planAdoption,
  planRebuild,
} from '@portolan/reconcile'
import { type Claim, HALVES, type NumberFloor } from '@portolan/registry'
import { authorshipOf } from './authorship.ts'
import { chosenHost } from './chosen-host.ts'
import { claimAnswer } from './claim-answer.ts'
import { SUCCESS } from './fields.ts'
import { hostLookOf } from './host-look-of.ts'
import type { OperationContext } from './operation.ts'
import { recordSlots, unrecordedOf } from './record-slots.ts'
import type { SyncInput, SyncOutput } from './sync-operation.ts'

/** @throws what `port_sync` refuses with */
export async function syncHost(input: SyncInput, context: OperationContext): Promise<SyncOutput> {
  const host = await chosenHost(input, context)
  const question = { host, rules: input.rules ?? [] }
  const look = await hostLookOf(question, context)
  if (input.adopt !== true && input.rebuild !== true) return answer(look, NOTHING)
  const done = await adopt(look, input, context)
  const after = await hostLookOf({ ...question, observation: look.observation }, context)
  const recorded = await recordSlots(unrecordedOf(after), context)
  const slots = recorded.map(({ claim, half, version, isActive }) => ({ claimId: claim.id, half, version, isActive }))
  const known = [...done.adopted.flatMap(recordedOf), ...slots]
  return answer(await hostLookOf({ ...question, observation: look.observation }, context), { ...done, slots: known })
}

type RecordedSlot = SyncOutput['slots'][number]

interface Done {
  readonly adopted: readonly Claim[]
  readonly left: Adoption['left']
  readonly slots: readonly RecordedSlot[]
  readonly floor?: NumberFloor
}

const NOTHING: Done = { adopted: [], left: [], slots: [] }
const STEP_LIMIT = 1_000

interface Wanted {
  readonly rebuild?: boolean
  readonly reason?: string
  readonly actor?: string
}

/** First the numbers, then the claims: a claim with a low token would be the worse half of a rebuild. */
async function adopt(look: HostLook, wanted: Wanted, context: OperationContext): Promise<Done> {
  const { registry, caller, signal } = context
  const authorship = authorshipOf(wanted, caller)
  const { steps, left } = wanted.rebuild === true ? planRebuild(look) : planAdoption(look)
  const floor = wanted.rebuild === true ? await floorOfAllHosts(look, context) : undefined
  const raised = floor === undefined ? undefined : await registry.raiseNumbers({ ...floor, ...authorship }, { signal })
  const adopted: Claim[] = []
  for (let from = 0; from < steps.length; from += STEP_LIMIT) {
    const some = steps.slice(from, from + STEP_LIMIT).map(({ step }) => step)
    const authored = some.map((step) => ({ ...step, request: { ...step.request, ...authorship } }))
    const result = await registry.apply({ steps: authored }, { signal })
    adopted.push(...result.steps.map(({ claim }) => claim))
  }
  return { adopted, left, slots: [], ...(raised === undefined ? {} : { floor: raised }) }
}

/**
 * Tokens are one sequence over all hosts, so the labels of every host that somebody looks at count, not those of the one
 * that is rebuilt first alone.
 * @throws RECONCILE_HOST_SILENT when one of them cannot be looked at
 */
async function floorOfAllHosts(look: HostLook, context: OperationContext): Promise<NumberFloor | undefined> {
  const { registry, observersOf, signal } = context
  const hosts = (await registry.listHosts({ signal })).map(({ name }) => name)
  const others = hosts.filter((host) => host !== look.host && observersOf({ name: host }).length > 0)
  const floors = [planRebuild(look).floor]
  for (const host of others) floors.push(planRebuild(await hostLookOf({ host }, context)).floor)
  const known = floors.filter((floor) => floor !== undefined)
  if (known.length === 0) return undefined
  return {
    token: Math.max(...known.map(({ token }) => token)),
    claimId: Math.max(...known.map(({ claimId }) => claimId)),
  }
}

function answer(look: HostLook, { adopted, left, slots, floor }: Done) {
  return {
    ...SUCCESS,
    host: look.host,
    isKnown: look.observation.state === 'seen',
    findings: compareHost(look).map(findingAnswer),
    adopted: adopted.map(claimAnswer),
    left: left.map(({ ports, ...rest }) => ({ ...rest, ports: formatPortRange(ports) })),
    slots: [...slots],
    ...(floor === undefined ? {} : { floor }),
  }
}

/** What was written into the slots of a claim when it was adopted. */
function recordedOf({ id, slots }: Claim): readonly RecordedSlot[] {
  return HALVES.flatMap((half) => {
    const slot = slots[half]
    return slot.state === 'empty'
      ? []
      : [{ claimId: id, half, version: slot.version, isActive: slot.state === 'active' }]
  })
}

function findingAnswer({ code, severity, ports, transport, project, claimId, message, remedy, evidence }: Difference) {
  return {
    code,
    severity,
    title: DIFFERENCES[code].title,
    transport,
    message,
    remedy,
    evidence: [...evidence],
    ...(ports === undefined ? {} : { ports: formatPortRange(ports) }),
    ...(project === undefined ? {} : { project }),
    ...(claimId === undefined ? {} : { claimId }),
  }
}
