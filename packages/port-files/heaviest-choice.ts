/** Something that may be chosen, and what it may not be chosen together with. */
export interface Choice {
  /** Above zero. */
  readonly weight: bigint
  /** Positions of others; symmetric. */
  readonly conflicts: ReadonlySet<number>
}

const STEP_LIMIT = 200_000

/**
 * The compatible choices that weigh most together: exactly, not greedily (a maximum-weight independent set). Collisions
 * of ports fall apart into small groups, and what is certain is decided without trying: of things that all exclude each
 * other the heaviest.
 * @returns their positions, ascending; undefined when it would take too many steps
 */
export function heaviestChoice(choices: readonly Choice[]): readonly number[] | undefined {
  const search = new Search(choices)
  const best = search.solve(new Set(choices.keys()))
  return search.hasGivenUp ? undefined : best.positions.toSorted((a, b) => a - b)
}

interface Solution {
  readonly weight: bigint
  readonly positions: readonly number[]
}

const NOTHING: Solution = { weight: 0n, positions: [] }

class Search {
  readonly #choices: readonly Choice[]
  readonly #solved = new Map<string, Solution>()
  #stepCount = 0

  constructor(choices: readonly Choice[]) {
    this.#choices = choices
  }

  get hasGivenUp(): boolean {
    return this.#stepCount > STEP_LIMIT
  }

  solve(open: ReadonlySet<number>): Solution {
    const left = new Set(open)
    let sum = NOTHING
    // What leaves may make something else certain, so from the start again.
    for (let sure = this.#findCertain(left); sure !== undefined; sure = this.#findCertain(left)) {
      sum = joined(sum, { weight: this.#weightOf(sure), positions: [sure] })
      this.#take(left, sure)
    }
    for (const group of this.#groups(left)) sum = joined(sum, this.#solveGroup(group))
    return sum
  }

  #solveGroup(group: ReadonlySet<number>): Solution {
    const key = [...group].toSorted((a, b) => a - b).join(' ')
    const known = this.#solved.get(key)
    if (known !== undefined) return known
    this.#stepCount += 1
    if (this.hasGivenUp) return NOTHING
    const pivot = this.#mostContested(group)
    const rest = new Set(group)
    this.#take(rest, pivot)
    const chosen = joined({ weight: this.#weightOf(pivot), positions: [pivot] }, this.solve(rest))
    const others = new Set(group)
    others.delete(pivot)
    const passed = this.solve(others)
    const best = chosen.weight >= passed.weight ? chosen : passed
    this.#solved.set(key, best)
    return best
  }

  /** One whose rivals exclude each other anyway, and none of which outweighs it: no better choice goes without it. */
  #findCertain(left: ReadonlySet<number>): number | undefined {
    for (const position of left) {
      const rivals = this.#rivalsOf(position, left)
      const weight = this.#weightOf(position)
      if (rivals.some((rival) => this.#weightOf(rival) > weight)) continue
      if (rivals.every((rival, index) => rivals.slice(index + 1).every((other) => this.#exclude(rival, other)))) {
        return position
      }
    }
    return undefined
  }

  /** Parts that have nothing to do with each other. */
  *#groups(left: ReadonlySet<number>): Generator<ReadonlySet<number>> {
    const unseen = new Set(left)
    for (const start of left) {
      if (!unseen.delete(start)) continue
      const group = new Set([start])
      for (const position of group) {
        for (const rival of this.#rivalsOf(position, unseen)) {
          unseen.delete(rival)
          group.add(rival)
        }
      }
      yield group
    }
  }

  #mostContested(group: ReadonlySet<number>): number {
    let [best, most] = [-1, -1]
    for (const position of group) {
      const { length } = this.#rivalsOf(position, group)
      if (length > most) [best, most] = [position, length]
    }
    return best
  }

  #take(left: Set<number>, position: number): void {
    for (const rival of this.#rivalsOf(position, left)) left.delete(rival)
    left.delete(position)
  }

  #rivalsOf(position: number, among: ReadonlySet<number>): readonly number[] {
    const conflicts = this.#choices[position]?.conflicts ?? new Set<number>()
    return [...conflicts].filter((rival) => among.has(rival))
  }

  #exclude(a: number, b: number): boolean {
    return this.#choices[a]?.conflicts.has(b) === true
  }

  #weightOf(position: number): bigint {
    return this.#choices[position]?.weight ?? 0n
  }
}

function joined(a: Solution, b: Solution): Solution {
  return { weight: a.weight + b.weight, positions: [...a.positions, ...b.positions] }
}
