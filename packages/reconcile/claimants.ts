import type { PortRange } from '@portolan/ports'
import { hasNumbers } from './attribution.ts'
import { bySurety, type Candidate, claimantOf, needKey } from './candidate.ts'

/** Everybody who asks for the same ports for the same need: of a pair, what is in either half. */
export interface Site {
  readonly need: Candidate['need']
  readonly range: PortRange
  readonly shape: Candidate['shape']
  /** The surest first, who is there at least. */
  readonly candidates: readonly Candidate[]
  readonly first: Candidate
}

/** One need, and the ports that it asks for. */
export interface SettledNeed {
  /** Undefined where the evidence contradicts itself: then nobody is believed. */
  readonly site: Site | undefined
  readonly others: readonly Site[]
}

/**
 * Where each need is, by what speaks for it. Of several places one is believed only when nothing speaks against it: a rule
 * names the container; or it alone runs, and none that has ended shows the numbers of a newer deployment. A label costs
 * nothing to write, so that a place with better labels beside another that runs as well is no more than a word.
 */
export function settleNeeds(candidates: readonly Candidate[]): readonly SettledNeed[] {
  const groups = Map.groupBy(candidates, ({ need }) => needKey(need))
  return [...groups.values()].map((group) => {
    const sites = sitesOf(group)
    const site = believed(sites)
    return { site, others: sites.filter((other) => other !== site) }
  })
}

function sitesOf(group: readonly Candidate[]): readonly Site[] {
  const byRange = Map.groupBy(group.toSorted(bySurety), ({ range }) => `${range.first}-${range.last}`)
  return [...byRange.values()].flatMap((candidates) => {
    const [first] = candidates
    if (first === undefined) return []
    const { need, range, shape } = first
    return [{ need, range, shape, candidates, first }]
  })
}

function believed(sites: readonly Site[]): Site | undefined {
  const vouched = sites.filter(({ first }) => first.seen.owner?.isVouched === true)
  if (vouched.length > 0) return vouched.length === 1 ? vouched[0] : undefined
  if (sites.some(isContradictory)) return undefined
  const running = sites.filter(({ first }) => first.seen.isRunning)
  const [site, ...rest] = running.length === 0 ? sites : running
  if (site === undefined || !rest.every((other) => isOfSame(site, other))) return undefined
  const isNewest = sites.every((other) => numbersOf(other) <= numbersOf(site))
  return isNewest ? site : undefined
}

function isOfSame(a: Site, b: Site): boolean {
  return claimantOf(a.first) === claimantOf(b.first)
}

/** The highest token beside a claim's number; 0 where none shows both. */
function numbersOf({ candidates }: Site): number {
  return Math.max(0, ...candidates.map(({ seen: { owner } }) => (owner && hasNumbers(owner) ? (owner.token ?? 0) : 0)))
}

/** A later deployment of an earlier claim: both numbers only ever grow. */
function isContradictory({ candidates }: Site): boolean {
  const shown = candidates.flatMap(({ seen: { owner } }) => {
    return owner?.token === undefined || owner.claimId === undefined
      ? []
      : [{ token: owner.token, claimId: owner.claimId }]
  })
  return shown.some((a) => shown.some((b) => a.token >= b.token && a.claimId < b.claimId))
}
