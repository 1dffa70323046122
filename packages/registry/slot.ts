import { unreachable } from '@portolan/errors'
import { slotRefused } from './errors.ts'

export const HALVES = ['blue', 'green'] as const

/** One port of a pair: blue is the even one. */
export type Half = (typeof HALVES)[number]

interface Deployment {
  readonly version: string
  readonly deployedAt: Date
  readonly deployedBy: string
  /** Since when it is in this state, and who brought it there. */
  readonly since: Date
  readonly changedBy: string
}

/** What runs in one half of a pair. */
export type Slot =
  | { readonly state: 'empty' }
  | (Deployment & { readonly state: 'deployed' | 'active' })
  | (Deployment & { readonly state: 'grace'; readonly graceUntil: Date })

export type SlotState = Slot['state']

/** Both halves of a pair; at most one is active. */
export interface Slots {
  readonly blue: Slot
  readonly green: Slot
}

export type SlotEvent =
  | { readonly type: 'deploy'; readonly half?: Half; readonly version: string }
  | { readonly type: 'promote'; readonly half?: Half; readonly graceMs: number }
  | { readonly type: 'rollback'; readonly graceMs: number }
  | { readonly type: 'retire'; readonly graceMs: number }
  | { readonly type: 'expire' }
  | { readonly type: 'clear'; readonly half: Half }

/** Who moves the slots, and when. */
export interface SlotMoment {
  readonly at: Date
  readonly actor: string
}

const EMPTY: Slot = Object.freeze({ state: 'empty' })
export const EMPTY_SLOTS: Slots = Object.freeze({ blue: EMPTY, green: EMPTY })

/**
 * Where an event takes both halves.
 * - deploy: an empty half; without `half` the blue one first. What is in grace has to be cleared before.
 * - promote: what is deployed becomes active, and what was active goes into grace: the way back.
 * - rollback: what is in grace becomes active again, while its grace lasts, and what was active goes into grace.
 * - retire: what is active goes into grace, and nothing takes its place.
 * - expire: each half whose grace is over becomes empty; nothing else changes.
 * - clear: a half that is not active becomes empty.
 * @returns the same object when nothing changes
 * @throws REGISTRY_SLOT_REFUSED when there is no such way
 */
export function nextSlots(slots: Slots, event: SlotEvent, moment: SlotMoment): Slots {
  switch (event.type) {
    case 'deploy':
      return deploy(slots, event, moment)
    case 'promote':
      return activate(slots, { event, half: event.half ?? findHalf(slots, 'deployed'), graceMs: event.graceMs }, moment)
    case 'rollback':
      return activate(slots, { event, half: findHalf(slots, 'grace'), graceMs: event.graceMs }, moment)
    case 'retire':
      return retire(slots, event, moment)
    case 'expire':
      return expire(slots, moment.at)
    case 'clear':
      if (slots[event.half].state === 'active') throw slotRefused(slots, event, 'the half is active')
      return withHalf(slots, event.half, EMPTY)
    default:
      return unreachable(event)
  }
}

/** True when both halves are empty. */
export function areSlotsEmpty(slots: Slots): boolean {
  return slots.blue.state === 'empty' && slots.green.state === 'empty'
}

export function otherHalf(half: Half): Half {
  return half === 'blue' ? 'green' : 'blue'
}

/** The half in that state, blue first. */
export function findHalf(slots: Slots, state: SlotState): Half | undefined {
  return HALVES.find((half) => slots[half].state === state)
}

function deploy(slots: Slots, event: SlotEvent & { type: 'deploy' }, { at, actor }: SlotMoment): Slots {
  const half = event.half ?? findHalf(slots, 'empty')
  if (half === undefined) throw slotRefused(slots, event, 'no half is empty')
  if (slots[half].state !== 'empty') throw slotRefused(slots, event, `the ${half} half is not empty`)
  const { version } = event
  const slot = { state: 'deployed', version, deployedAt: at, deployedBy: actor, since: at, changedBy: actor } as const
  return withHalf(slots, half, slot)
}

interface Activation {
  readonly event: SlotEvent & { type: 'promote' | 'rollback' }
  readonly half: Half | undefined
  readonly graceMs: number
}

function activate(slots: Slots, { event, half, graceMs }: Activation, moment: SlotMoment): Slots {
  const from = event.type === 'promote' ? 'deployed' : 'grace'
  if (half === undefined) throw slotRefused(slots, event, `no half is ${from}`)
  const slot = slots[half]
  if (slot.state !== from) throw slotRefused(slots, event, `the ${half} half is not ${from}`)
  if (slot.state === 'grace' && slot.graceUntil <= moment.at) throw slotRefused(slots, event, 'its grace is over')
  const { version, deployedAt, deployedBy } = slot
  const active = {
    state: 'active',
    version,
    deployedAt,
    deployedBy,
    since: moment.at,
    changedBy: moment.actor,
  } as const
  const other = otherHalf(half)
  return withHalf(withHalf(slots, other, toGrace(slots[other], graceMs, moment)), half, active)
}

function retire(slots: Slots, event: SlotEvent & { type: 'retire' }, moment: SlotMoment): Slots {
  const half = findHalf(slots, 'active')
  if (half === undefined) throw slotRefused(slots, event, 'no half is active')
  return withHalf(slots, half, toGrace(slots[half], event.graceMs, moment))
}

function toGrace(slot: Slot, graceMs: number, { at, actor }: SlotMoment): Slot {
  if (slot.state !== 'active') return slot
  return { ...slot, state: 'grace', since: at, changedBy: actor, graceUntil: new Date(at.getTime() + graceMs) }
}

function expire(slots: Slots, at: Date): Slots {
  const isOver = (slot: Slot): boolean => slot.state === 'grace' && slot.graceUntil <= at
  return HALVES.reduce((left, half) => (isOver(left[half]) ? withHalf(left, half, EMPTY) : left), slots)
}

function withHalf(slots: Slots, half: Half, slot: Slot): Slots {
  if (slots[half] === slot) return slots
  return { ...slots, [half]: slot }
}
