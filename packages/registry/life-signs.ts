import type { Claim } from './claim.ts'
import { type HostView, sightedPorts } from './host-view.ts'

const NEARLY_OVER_MS = 600_000

/** What makes a claim look abandoned, for a person to judge; nothing is ever freed by this alone. */
export function lifeSigns(claim: Claim, view: HostView, now: Date): readonly string[] {
  const signs: string[] = []
  if (view.state === 'seen' && !isSighted(claim, view)) signs.push(`not open at ${view.seenAt.toISOString()}`)
  if (claim.state === 'leased') {
    const remainingMs = claim.leaseUntil.getTime() - now.getTime()
    if (remainingMs <= 0) signs.push(`lease over since ${claim.leaseUntil.toISOString()}`)
    else if (remainingMs <= NEARLY_OVER_MS) signs.push(`lease over in ${Math.ceil(remainingMs / 60_000)} min`)
  }
  return signs
}

/** True when at least one of the claim's ports is open. */
export function isSighted({ range, transport }: Claim, view: HostView): boolean {
  const sighted = sightedPorts(view)[transport]
  for (let port = range.first; port <= range.last; port += 1) if (sighted.has(port)) return true
  return false
}
