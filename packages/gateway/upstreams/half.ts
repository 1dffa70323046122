export const HALVES = ['blue', 'green'] as const

/** One side of a pair of addresses. */
export type Half = (typeof HALVES)[number]

export function otherHalf(half: Half): Half {
  return half === 'blue' ? 'green' : 'blue'
}
