/** With whom a port is shared, the fewest first; each includes the ones before it. */
export const SHARINGS = ['owner', 'members', 'signed-in', 'public'] as const
export type Sharing = (typeof SHARINGS)[number]

export function isSharing(value: unknown): value is Sharing {
  return SHARINGS.some((sharing) => sharing === value)
}

/** The narrower one: what an administrator allows at most, and what was asked for. */
export function narrower(one: Sharing, other: Sharing): Sharing {
  return SHARINGS.indexOf(one) <= SHARINGS.indexOf(other) ? one : other
}
