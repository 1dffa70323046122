import { setTimeout as pause } from 'node:timers/promises'
import type { Waiting } from '@portolan/errors'
import { askHealth } from './ask-health.ts'
import type { TargetSettings } from './target.ts'
import { promoteRefused } from './upstream-errors.ts'

/** A half that is to become the active one. */
export interface Promotion {
  readonly upstream: string
  readonly settings: TargetSettings
}

/** Whoever promotes has usually asked before; what answers slowly has so much time. */
const LIMIT_MS = 3_000
const PAUSE_MS = 250

/**
 * Resolves when each of the halves works.
 * @throws GATEWAY_PROMOTE_REFUSED of the first that does not, within 3 s; the signal's reason
 */
export async function checkPromotions(promotions: readonly Promotion[], { signal }: Waiting): Promise<void> {
  await Promise.all(promotions.map((promotion) => checkPromotion(promotion, { signal })))
}

async function checkPromotion({ upstream, settings }: Promotion, { signal }: Waiting): Promise<void> {
  const { half = 'blue', address, health } = settings
  const endsAtMs = performance.now() + LIMIT_MS
  for (;;) {
    const fault = await askHealth(address, health, { signal })
    signal.throwIfAborted()
    if (fault === undefined) return
    if (performance.now() + PAUSE_MS >= endsAtMs) throw promoteRefused(upstream, half, fault)
    await pause(PAUSE_MS, undefined, { signal })
  }
}
