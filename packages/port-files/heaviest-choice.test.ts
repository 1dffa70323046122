import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Choice, heaviestChoice } from './heaviest-choice.ts'

interface Drawn {
  readonly weights: readonly bigint[]
  readonly edges: readonly (readonly [number, number])[]
}

function choicesOf({ weights, edges }: Drawn): readonly Choice[] {
  return weights.map((weight, position) => {
    const conflicts = edges.flatMap(([a, b]) => (a === position ? [b] : b === position ? [a] : []))
    return { weight, conflicts: new Set(conflicts.filter((other) => other !== position && other < weights.length)) }
  })
}

function weightOf(choices: readonly Choice[], positions: readonly number[]): bigint {
  return positions.reduce((sum, position) => sum + (choices[position]?.weight ?? 0n), 0n)
}

function isCompatible(choices: readonly Choice[], positions: readonly number[]): boolean {
  return positions.every((a) => positions.every((b) => choices[a]?.conflicts.has(b) !== true))
}

/** Every subset, one after the other. */
function heaviestByTrying(choices: readonly Choice[]): bigint {
  let best = 0n
  for (let mask = 0; mask < 2 ** choices.length; mask += 1) {
    const positions = [...choices.keys()].filter((position) => Math.floor(mask / 2 ** position) % 2 === 1)
    const weight = weightOf(choices, positions)
    if (weight > best && isCompatible(choices, positions)) best = weight
  }
  return best
}

const anyGraph = fc.record({
  weights: fc.array(fc.bigInt({ min: 1n, max: 12n }), { maxLength: 9 }),
  edges: fc.array(fc.tuple(fc.nat(8), fc.nat(8)), { maxLength: 16 }),
})

test('no compatible choice weighs more', () => {
  fc.assert(
    fc.property(anyGraph, (drawn) => {
      const choices = choicesOf(drawn)
      const chosen = heaviestChoice(choices) ?? []
      expect(isCompatible(choices, chosen)).toBe(true)
      expect(weightOf(choices, chosen)).toBe(heaviestByTrying(choices))
    }),
  )
})

test('the heaviest alone is not taken when two that it excludes weigh more together', () => {
  const choices = choicesOf({
    weights: [3n, 2n, 2n],
    edges: [
      [0, 1],
      [0, 2],
    ],
  })
  expect(heaviestChoice(choices)).toEqual([1, 2])
})

test('five hundred that all want the same, and a chain of five hundred, are solved at once', () => {
  const weights = Array.from({ length: 500 }, (_, index) => BigInt(1 + ((index * 37) % 101)))
  const all = weights.map((weight, own) => ({
    weight,
    conflicts: new Set([...weights.keys()].filter((k) => k !== own)),
  }))
  expect(heaviestChoice(all)).toHaveLength(1)
  const chain = weights.map((weight, own) => ({
    weight,
    conflicts: new Set([own - 1, own + 1].filter((k) => k >= 0 && k < weights.length)),
  }))
  expect(heaviestChoice(chain)?.length).toBeGreaterThan(150)
})
