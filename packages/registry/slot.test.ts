import fc from 'fast-check'
import { expect, test } from 'vitest'
import { areSlotsEmpty, EMPTY_SLOTS, HALVES, nextSlots, type Slot, type SlotEvent, type Slots } from './slot.ts'

const at = new Date('2026-03-02T09:00:00Z')
const later = new Date('2026-03-02T10:00:00Z')
const moment = { at, actor: 'ci' }
const graceMs = 3_600_000

const deployment = { version: '1.0.0', deployedAt: at, deployedBy: 'ci', since: at, changedBy: 'ci' }
const SLOTS = {
  empty: { state: 'empty' },
  deployed: { state: 'deployed', ...deployment },
  active: { state: 'active', ...deployment },
  grace: { state: 'grace', ...deployment, graceUntil: later },
  over: { state: 'grace', ...deployment, graceUntil: at },
} as const satisfies Record<string, Slot>
type Name = keyof typeof SLOTS

const EVENTS = {
  deploy: { type: 'deploy', half: 'blue', version: '2.0.0' },
  promote: { type: 'promote', half: 'blue', graceMs },
  rollback: { type: 'rollback', graceMs },
  retire: { type: 'retire', graceMs },
  expire: { type: 'expire' },
  clear: { type: 'clear', half: 'blue' },
} as const satisfies Record<string, SlotEvent>

/** Blue before, green before, event → both after; what is not here is refused. */
const WAYS = [
  ['empty', 'empty', 'deploy', 'deployed', 'empty'],
  ['empty', 'deployed', 'deploy', 'deployed', 'deployed'],
  ['empty', 'active', 'deploy', 'deployed', 'active'],
  ['empty', 'grace', 'deploy', 'deployed', 'grace'],
  ['empty', 'over', 'deploy', 'deployed', 'grace'],
  ['deployed', 'empty', 'promote', 'active', 'empty'],
  ['deployed', 'deployed', 'promote', 'active', 'deployed'],
  ['deployed', 'active', 'promote', 'active', 'grace'],
  ['deployed', 'grace', 'promote', 'active', 'grace'],
  ['deployed', 'over', 'promote', 'active', 'grace'],
  ['empty', 'grace', 'rollback', 'empty', 'active'],
  ['deployed', 'grace', 'rollback', 'deployed', 'active'],
  ['active', 'grace', 'rollback', 'grace', 'active'],
  ['grace', 'empty', 'rollback', 'active', 'empty'],
  ['grace', 'deployed', 'rollback', 'active', 'deployed'],
  ['grace', 'active', 'rollback', 'active', 'grace'],
  ['grace', 'grace', 'rollback', 'active', 'grace'],
  ['grace', 'over', 'rollback', 'active', 'grace'],
  ['active', 'empty', 'retire', 'grace', 'empty'],
  ['active', 'deployed', 'retire', 'grace', 'deployed'],
  ['active', 'grace', 'retire', 'grace', 'grace'],
  ['active', 'over', 'retire', 'grace', 'grace'],
  ['empty', 'active', 'retire', 'empty', 'grace'],
  ['deployed', 'active', 'retire', 'deployed', 'grace'],
  ['grace', 'active', 'retire', 'grace', 'grace'],
  ['over', 'active', 'retire', 'grace', 'grace'],
] as const

const NAMES = Object.keys(SLOTS).filter((name): name is Name => name in SLOTS)

function expected(blue: Name, green: Name, event: keyof typeof EVENTS): string {
  const stateOf = (name: Name) => SLOTS[name].state
  if (event === 'expire') return [blue, green].map((name) => (name === 'over' ? 'empty' : stateOf(name))).join()
  if (event === 'clear') return blue === 'active' ? 'refused' : `empty,${stateOf(green)}`
  const way = WAYS.find((each) => each[0] === blue && each[1] === green && each[2] === event)
  return way === undefined ? 'refused' : `${way[3]},${way[4]}`
}

function outcome(slots: Slots, event: SlotEvent): string {
  try {
    const { blue, green } = nextSlots(slots, event, moment)
    return `${blue.state},${green.state}`
  } catch (error) {
    expect(error).toMatchObject({ code: 'REGISTRY_SLOT_REFUSED' })
    return 'refused'
  }
}

const cases = NAMES.flatMap((blue) =>
  // Two active halves cannot be: no event leads there, and the database refuses them.
  NAMES.filter((green) => blue !== 'active' || green !== 'active').map((green) => [blue, green] as const),
)

test.for(cases)('blue %s and green %s go the ways that the table says, and no other', ([blue, green]) => {
  for (const name of ['deploy', 'promote', 'rollback', 'retire', 'expire', 'clear'] as const) {
    const slots = { blue: SLOTS[blue], green: SLOTS[green] }
    expect([name, outcome(slots, EVENTS[name])]).toEqual([name, expected(blue, green, name)])
  }
})

test('a deployment says its version, who and when, and keeps them through promotion and grace', () => {
  const deployed = nextSlots(EMPTY_SLOTS, { type: 'deploy', version: '1.0.0' }, { at, actor: 'ci' })
  const active = nextSlots(deployed, { type: 'promote', graceMs }, { at: later, actor: 'mina' })
  expect(active.blue).toEqual({
    state: 'active',
    version: '1.0.0',
    deployedAt: at,
    deployedBy: 'ci',
    since: later,
    changedBy: 'mina',
  })
  const retired = nextSlots(active, { type: 'retire', graceMs }, { at: later, actor: 'mina' })
  expect(retired.blue).toMatchObject({ version: '1.0.0', graceUntil: new Date(later.getTime() + graceMs) })
})

test('the second deployment goes to green, the third is refused until a half is empty', () => {
  const first = nextSlots(EMPTY_SLOTS, { type: 'deploy', version: '1' }, moment)
  const second = nextSlots(first, { type: 'deploy', version: '2' }, moment)
  expect([second.blue, second.green]).toMatchObject([{ version: '1' }, { version: '2' }])
  expect(outcome(second, { type: 'deploy', version: '3' })).toBe('refused')
})

test('nothing changes when nothing expires', () => {
  const slots = { blue: SLOTS.active, green: SLOTS.grace }
  expect(nextSlots(slots, { type: 'expire' }, moment)).toBe(slots)
})

test('at most one half is ever active', () => {
  const anyEvent = fc.oneof(
    fc.record({ type: fc.constant('deploy' as const), version: fc.string() }),
    fc.record({ type: fc.constant('promote' as const), half: fc.constantFrom(...HALVES), graceMs: fc.nat(10) }),
    fc.record({ type: fc.constantFrom('rollback' as const, 'retire' as const), graceMs: fc.nat(10) }),
    fc.record({ type: fc.constant('expire' as const) }),
    fc.record({ type: fc.constant('clear' as const), half: fc.constantFrom(...HALVES) }),
  )
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 30 }), (events) => {
      let slots: Slots = EMPTY_SLOTS
      for (const [index, event] of events.entries()) {
        try {
          slots = nextSlots(slots, event, { at: new Date(index * 5), actor: 'ci' })
        } catch (error) {
          expect(error).toMatchObject({ code: 'REGISTRY_SLOT_REFUSED' })
        }
        expect(HALVES.filter((half) => slots[half].state === 'active').length).toBeLessThanOrEqual(1)
      }
      return areSlotsEmpty(EMPTY_SLOTS)
    }),
  )
})
