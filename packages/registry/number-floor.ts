import { sql } from 'kysely'
import { HIGHEST_FLOOR } from './highest-floor.ts'
import { addEvent } from './query-repository.ts'
import type { RegistryTransaction } from './registry-schema.ts'
import { type Authored, RequestCheck } from './request.ts'

export interface RaiseNumbersRequest extends Omit<Authored, 'idempotencyKey'> {
  /** Every token from now on is higher than this. */
  readonly token: number
  /** Every new claim's number is higher than this. */
  readonly claimId: number
}

/** What the next numbers are above. */
export interface NumberFloor {
  readonly token: number
  readonly claimId: number
}

const NOBODY = 'registry'

/** @throws REGISTRY_REQUEST_INVALID */
export function checkRaiseNumbers(request: RaiseNumbersRequest): void {
  const check = new RequestCheck().count('token', request.token, [0, HIGHEST_FLOOR])
  check.count('claimId', request.claimId, [0, HIGHEST_FLOOR]).authored(request).done()
}

/** Never lowers anything, so that it may be asked again, and by several at once. */
export async function raiseNumbers(
  tx: RegistryTransaction,
  request: RaiseNumbersRequest,
  at: Date,
): Promise<NumberFloor> {
  const token = await raiseSequence(tx, { sequence: 'registry_tokens', floor: request.token })
  const claimId = await raiseSequence(tx, { sequence: 'registry_claims_id_seq', floor: request.claimId })
  const { actor = NOBODY, reason } = request
  await addEvent(tx, { at, type: 'numbers-raised', hostId: undefined, actor, reason, details: { token, claimId } })
  return { token, claimId }
}

interface Raise {
  readonly sequence: 'registry_tokens' | 'registry_claims_id_seq'
  readonly floor: number
}

/** ALTER SEQUENCE waits for whoever draws a number, and keeps them waiting until the end of the transaction. */
async function raiseSequence(tx: RegistryTransaction, { sequence, floor }: Raise): Promise<number> {
  await sql`alter sequence ${sql.id(sequence)} cache 1`.execute(tx)
  const { rows } = await sql<{ last: string }>`select last_value as last from ${sql.id(sequence)}`.execute(tx)
  const last = Number(rows[0]?.last ?? 0)
  if (last >= floor) return last
  await sql`alter sequence ${sql.id(sequence)} restart with ${sql.lit(floor + 1)}`.execute(tx)
  return floor
}
