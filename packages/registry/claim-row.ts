import { TRANSPORTS } from '@portolan/ports'
import { type Claim, SHAPES } from './claim.ts'
import { EMPTY_SLOTS, type Slot, type Slots } from './slot.ts'

/** A slot as it is in the database, and in its JSON, where moments are text. */
export interface SlotRow {
  readonly half: string
  readonly state: string
  readonly version: string | null
  readonly deployed_at: string | null
  readonly deployed_by: string | null
  readonly since: string
  readonly changed_by: string
  readonly grace_until: string | null
}

export interface ClaimRow extends HoldingRow {
  readonly id: string
  readonly host: string
  readonly protocol: string
  readonly first: number
  readonly last: number
  readonly shape: string
  readonly project: string
  readonly environment: string
  readonly kind: string
  readonly purpose: string
  readonly labels: Readonly<Record<string, string>>
  readonly created_at: Date
  readonly created_by: string
}

/** What of a claim changes. */
export interface HoldingRow {
  readonly token: string
  readonly lease_until: Date | null
  readonly released_at: Date | null
  readonly quarantine_until: Date | null
  readonly slots: readonly SlotRow[] | null
}

export function claimOf(row: ClaimRow): Claim {
  return {
    id: Number(row.id),
    host: row.host,
    transport: memberOf(TRANSPORTS, row.protocol),
    range: { first: row.first, last: row.last },
    shape: memberOf(SHAPES, row.shape),
    project: row.project,
    environment: row.environment,
    kind: row.kind,
    purpose: row.purpose,
    labels: row.labels,
    createdAt: row.created_at,
    createdBy: row.created_by,
    ...holdingOf(row),
  }
}

function holdingOf({ token, lease_until: leaseUntil, released_at: releasedAt, quarantine_until, slots }: HoldingRow) {
  const facts = { token: Number(token), slots: slotsOf(slots ?? []) }
  if (releasedAt !== null) {
    return { ...facts, state: 'released', releasedAt, quarantineUntil: quarantine_until ?? releasedAt } as const
  }
  return leaseUntil === null
    ? ({ ...facts, state: 'held' } as const)
    : ({ ...facts, state: 'leased', leaseUntil } as const)
}

/** A claim as it was when something was answered about it. */
export function claimAsAnswered(claim: Claim, row: HoldingRow): Claim {
  const { id, host, transport, range, shape, project, environment, kind, purpose, labels } = claim
  const { createdAt, createdBy } = claim
  const facts = { id, host, transport, range, shape, project, environment, kind, purpose, labels, createdAt, createdBy }
  return { ...facts, ...holdingOf(row) }
}

function slotsOf(rows: readonly SlotRow[]): Slots {
  const filled = rows.filter(({ state }) => state !== 'empty')
  if (filled.length === 0) return EMPTY_SLOTS
  const [blue, green] = (['blue', 'green'] as const).map((half) => slotOf(filled.find((row) => row.half === half)))
  return { blue: blue ?? EMPTY_SLOTS.blue, green: green ?? EMPTY_SLOTS.green }
}

function slotOf(row: SlotRow | undefined): Slot | undefined {
  if (row === undefined) return undefined
  const { version, deployed_at: deployedAt, deployed_by: deployedBy, grace_until: graceUntil } = row
  if (version === null || deployedAt === null || deployedBy === null) return undefined
  const since = new Date(row.since)
  const deployment = { version, deployedAt: new Date(deployedAt), deployedBy, since, changedBy: row.changed_by }
  if (graceUntil !== null) return { state: 'grace', ...deployment, graceUntil: new Date(graceUntil) }
  return { state: row.state === 'active' ? 'active' : 'deployed', ...deployment }
}

/** The rows of both halves; what is empty says since when. */
export function slotRows(
  slots: Slots,
  { at, actor }: { readonly at: Date; readonly actor: string },
): readonly SlotRow[] {
  return (['blue', 'green'] as const).map((half) => {
    const slot = slots[half]
    const empty = { half, state: slot.state, version: null, deployed_at: null, deployed_by: null, grace_until: null }
    if (slot.state === 'empty') return { ...empty, since: at.toISOString(), changed_by: actor }
    const { version, deployedAt, deployedBy, since, changedBy } = slot
    return {
      ...empty,
      version,
      deployed_at: deployedAt.toISOString(),
      deployed_by: deployedBy,
      since: since.toISOString(),
      changed_by: changedBy,
      grace_until: slot.state === 'grace' ? slot.graceUntil.toISOString() : null,
    }
  })
}

/** @throws TypeError when the database holds what its constraints forbid */
export function memberOf<Member extends string>(members: readonly Member[], text: string): Member {
  const member = members.find((each) => each === text)
  if (member === undefined) throw new TypeError(`"${text}" is none of ${members.join(', ')}.`)
  return member
}
