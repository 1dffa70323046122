import type { PortRange } from '@portolan/ports'
import { type Blocker, describeBlocker, findRangeBlocker, lastBlocked, type Outlook } from './blocker.ts'
import type { ClaimShape } from './claim.ts'
import type { HostPicture } from './host-picture.ts'
import type { PortBitmap } from './port-bitmap.ts'
import type { Skip } from './skip.ts'

/** What is looked for, and where. */
export interface Wish {
  readonly within: PortRange
  readonly shape: ClaimShape
  /** 2 for a pair, 1 for a single port. */
  readonly portCount: number
}

/**
 * The lowest ports of the wish that nothing blocks; a pair begins at an even port.
 * @returns undefined when there are none
 */
export function lowestFreeRange(picture: HostPicture, wish: Wish, outlook: Outlook): PortRange | undefined {
  const { within, shape, portCount } = wish
  // To a project with ports in quarantine its own ones are free, though their bits say otherwise: it looks at each.
  const unmarked = picture.hasQuarantine(outlook.project) ? undefined : picture.unmarked(outlook.transport)
  let first = firstCandidate(wish)
  for (;;) {
    const found = unmarked === undefined ? first : nextUnmarked(unmarked, shape, { first, last: within.last })
    if (found === undefined || found + portCount - 1 > within.last) return undefined
    const range = { first: found, last: found + portCount - 1 }
    const blocked = lastBlocked(picture, range, outlook)
    if (blocked === undefined) return range
    first = shape === 'pair' ? evenFrom(blocked + 1) : blocked + 1
  }
}

function nextUnmarked(unmarked: PortBitmap, shape: ClaimShape, { first, last }: PortRange): number | undefined {
  return shape === 'pair' ? unmarked.findFreePair(first, last) : unmarked.findFree(first, last)
}

/**
 * Every candidate before `before`, and why it was skipped; neighbours with one reason are one entry.
 * @param before the first port that was taken; when nothing was, undefined: then all candidates
 */
export function listSkips(
  picture: HostPicture,
  wish: Wish & { readonly before: number | undefined },
  outlook: Outlook,
): readonly Skip[] {
  const { within, portCount } = wish
  const step = stepOf(wish)
  const skips: Skip[] = []
  for (let first = firstCandidate(wish); first + portCount - 1 <= within.last; first += step) {
    if (wish.before !== undefined && first >= wish.before) break
    const range = { first, last: first + portCount - 1 }
    const blocker = findRangeBlocker(picture, range, outlook)
    if (blocker !== undefined) addSkip(skips, range, blocker)
  }
  return skips
}

const NAMED_PER_SKIP = 5

function addSkip(skips: Skip[], range: PortRange, blocker: Blocker): void {
  const last = skips.at(-1)
  const name = describeBlocker(blocker)
  if (last === undefined || last.reason !== blocker.reason) {
    skips.push({ range, candidateCount: 1, reason: blocker.reason, because: name === '' ? [] : [name] })
    return
  }
  const isNamed = name === '' || last.because.includes(name) || last.because.length >= NAMED_PER_SKIP
  skips[skips.length - 1] = {
    range: { first: last.range.first, last: range.last },
    candidateCount: last.candidateCount + 1,
    reason: last.reason,
    because: isNamed ? last.because : [...last.because, name],
  }
}

function stepOf({ shape }: Wish): number {
  return shape === 'pair' ? 2 : 1
}

function firstCandidate({ within, shape }: Wish): number {
  return shape === 'pair' ? evenFrom(within.first) : within.first
}

function evenFrom(port: number): number {
  return port + (port % 2)
}
