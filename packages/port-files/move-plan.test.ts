import { formatPortRange } from '@portolan/ports'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isConflictFree, planMoves } from './move-plan.ts'
import type { Authority, PortEntry } from './port-entry.ts'

const BANDS = [{ environment: 'production', kind: 'app', range: { first: 4000, last: 4499 } }]

function entry(project: string, ports: readonly [number, number], authority: Authority = 'written'): PortEntry {
  const place = (part: 'blue' | 'green', port: number) => {
    return {
      file: `${project}.json`,
      line: 1,
      column: 1,
      part,
      ports: { first: port, last: port },
      says: part,
    } as const
  }
  const need = { project, environment: 'production', kind: 'app', purpose: 'main', transport: 'tcp' } as const
  return { ...need, shape: 'pair', authority, places: [place('blue', ports[0]), place('green', ports[1])] }
}

function rangesOf(entries: readonly PortEntry[], options: Partial<Parameters<typeof planMoves>[1]> = {}) {
  const { needs } = planMoves(entries, { bands: BANDS, ...options })
  return needs.map(({ need, range, outcome }) => `${need.project} ${formatPortRange(range)} ${outcome}`)
}

test('who was there first keeps the pair when nothing else tells them apart', () => {
  expect(rangesOf([entry('a', [4100, 4101]), entry('b', [4100, 4101])])).toEqual([
    'a 4100-4101 kept',
    'b 4102-4103 moved',
  ])
})

test('what moves does not land on what somebody else keeps', () => {
  const entries = [entry('a', [4100, 4101]), entry('b', [4100, 4101]), entry('c', [4102, 4103])]
  expect(rangesOf(entries)).toEqual(['a 4100-4101 kept', 'b 4104-4105 moved', 'c 4102-4103 kept'])
})

test('a second wish that is free spares a move', () => {
  const entries = [
    entry('a', [4100, 4101]),
    entry('b', [4100, 4101], 'central'),
    entry('b', [4120, 4121]),
    entry('a', [4130, 4131]),
  ]
  expect(rangesOf(entries)).toEqual(['a 4130-4131 kept', 'b 4100-4101 kept'])
})

test("what the registry has given stays, and nobody else's wish takes it", () => {
  const claim = { project: 'z', environment: 'production', kind: 'app', purpose: 'main', transport: 'tcp' } as const
  const held = [{ ...claim, claimId: 7, shape: 'pair', range: { first: 4100, last: 4101 } }] as const
  expect(rangesOf([entry('a', [4100, 4101]), entry('z', [4200, 4201])], { held })).toEqual([
    'a 4102-4103 moved',
    'z 4100-4101 held',
  ])
})

test('an odd blue is no pair, and moves to the next one', () => {
  expect(rangesOf([entry('a', [4101, 4102])])).toEqual(['a 4102-4103 moved'])
})

test('nothing moves to an occupied port, nor to one that browsers refuse', () => {
  const occupied = [{ transport: 'tcp', port: 4047 }] as const
  const entries = [entry('a', [4042, 4043]), entry('b', [4042, 4043])]
  expect(rangesOf(entries, { occupied })).toEqual(['a 4042-4043 kept', 'b 4048-4049 moved'])
})

test('a band that is full, or that is not there, refuses the plan', () => {
  const bands = [{ environment: 'production', kind: 'app', range: { first: 4100, last: 4101 } }]
  const entries = [entry('a', [4100, 4101]), entry('b', [4100, 4101])]
  expect(() => planMoves(entries, { bands })).toThrow(expect.objectContaining({ code: 'PORT_FILES_BAND_FULL' }))
  expect(() => planMoves(entries, { bands: [] })).toThrow(expect.objectContaining({ code: 'PORT_FILES_BAND_MISSING' }))
})

const anyEntry = fc
  .record({
    project: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    first: fc.integer({ min: 4100, max: 4108 }),
    authority: fc.constantFrom<Authority>('running', 'central', 'written'),
  })
  .map(({ project, first, authority }) => entry(project, [first, first + 1], authority))

/** The fewest needs that lose every wish, found by trying every choice. */
function fewestMoves(entries: readonly PortEntry[]): readonly [runningLost: number, moved: number] {
  const wishes = Map.groupBy(entries, ({ project }) => project)
  let best: readonly [number, number] = [0, 0]
  const walk = (left: readonly string[], taken: ReadonlySet<number>, score: readonly [number, number]): void => {
    const [project, ...rest] = left
    if (project === undefined) {
      if (score[0] > best[0] || (score[0] === best[0] && score[1] > best[1])) best = score
      return
    }
    walk(rest, taken, score)
    for (const { places } of wishes.get(project) ?? []) {
      const blue = places[0]?.ports.first ?? 1
      if (blue % 2 === 1 || taken.has(blue)) continue
      const isRunning = (wishes.get(project) ?? []).some(
        (each) => each.authority === 'running' && each.places[0]?.ports.first === blue,
      )
      walk(rest, new Set([...taken, blue]), [score[0] + (isRunning ? 1 : 0), score[1] + 1])
    }
  }
  walk([...wishes.keys()], new Set(), best)
  return best
}

test('no plan has a collision, and none keeps more of what runs or needs fewer moves', () => {
  fc.assert(
    fc.property(fc.array(anyEntry, { maxLength: 9 }), (entries) => {
      const plan = planMoves(entries, { bands: BANDS })
      expect(isConflictFree(plan)).toBe(true)
      const keptRunning = plan.needs.filter(
        ({ outcome, places }) =>
          outcome === 'kept' &&
          entries.some((each) => each.authority === 'running' && each.places.every((place) => places.includes(place))),
      )
      expect([keptRunning.length, plan.keptCount]).toEqual(fewestMoves(entries))
    }),
    { numRuns: 300 },
  )
})
