import { planTooLarge } from './errors.ts'
import { type Choice, heaviestChoice } from './heaviest-choice.ts'
import { type WantedNeed, type Wish, wantSame } from './wanted-need.ts'

interface Option {
  readonly owner: WantedNeed
  readonly wish: Wish
}

/**
 * Which wish each need keeps, so that the fewest have to move: a maximum-weight choice of compatible wishes. What runs
 * right now weighs more than any number of lines in files, for moving it means a deployment; then every need that keeps
 * a wish counts one; among as few moves as possible the central file wins, and then who was there first.
 * @param isHeld whether a claim of somebody else has a port of the wish, so that it cannot be kept
 * @returns only the needs that keep one
 * @throws PORT_FILES_PLAN_TOO_LARGE
 */
export function chooseWishes(
  needs: readonly WantedNeed[],
  isHeld: (need: WantedNeed, wish: Wish) => boolean,
): ReadonlyMap<WantedNeed, Wish> {
  const options: Option[] = needs.flatMap((owner) =>
    owner.wishes.filter((wish) => !isHeld(owner, wish)).map((wish) => ({ owner, wish })),
  )
  const byAge = options.toSorted((a, b) => a.wish.order - b.wish.order)
  const chosen = heaviestChoice(byAge.map((option, rank) => choiceOf(option, rank, byAge)))
  if (chosen === undefined) throw planTooLarge(needs.length)
  const kept = new Map<WantedNeed, Wish>()
  for (const position of chosen) {
    const option = byAge[position]
    if (option !== undefined) kept.set(option.owner, option.wish)
  }
  return kept
}

function choiceOf(option: Option, rank: number, options: readonly Option[]): Choice {
  const conflicts = new Set<number>()
  for (const [position, other] of options.entries()) {
    if (position !== rank && excludes(option, other)) conflicts.add(position)
  }
  return { weight: weightOf(option, { rank, optionCount: options.length }), conflicts }
}

function excludes(a: Option, b: Option): boolean {
  if (a.owner === b.owner) return true
  const { transport } = a.owner.need
  return wantSame({ transport, range: a.wish.range }, { transport: b.owner.need.transport, range: b.wish.range })
}

/**
 * Four counts in one number, each with room for the sum of all below it: runs, kept, central, age. The age is a bit of
 * its own for every option, so that no two different choices weigh the same.
 */
function weightOf(
  { wish }: Option,
  { rank, optionCount }: { readonly rank: number; readonly optionCount: number },
): bigint {
  const age = BigInt(optionCount)
  const count = BigInt(optionCount.toString(2).length)
  const says = (authority: string): bigint => (wish.entries.some((entry) => entry.authority === authority) ? 1n : 0n)
  const counts = (((says('running') << count) + 1n) << count) + says('central')
  return (counts << age) + (1n << (age - 1n - BigInt(rank)))
}
