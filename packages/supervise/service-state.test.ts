import { expect, test } from 'vitest'
import { nextState, SERVICE_STATES, type ServiceEvent, type ServiceState, type StateName } from './service-state.ts'

const EVENTS = ['start', 'pass', 'fail', 'die', 'stop', 'end'] as const

/** What each event makes of each state; a dash where it changes nothing. */
const TABLE: Readonly<Record<StateName, Readonly<Record<(typeof EVENTS)[number], StateName | '-'>>>> = {
  waiting: { start: 'starting', pass: '-', fail: '-', die: '-', stop: '-', end: 'stopped' },
  starting: { start: '-', pass: 'healthy', fail: '-', die: 'failed', stop: 'stopping', end: '-' },
  healthy: { start: '-', pass: '-', fail: 'unhealthy', die: 'failed', stop: 'stopping', end: '-' },
  unhealthy: { start: '-', pass: 'healthy', fail: 'unhealthy', die: 'failed', stop: 'stopping', end: '-' },
  stopping: { start: '-', pass: '-', fail: '-', die: '-', stop: '-', end: 'stopped' },
  stopped: { start: 'starting', pass: '-', fail: '-', die: '-', stop: '-', end: '-' },
  failed: { start: 'starting', pass: '-', fail: '-', die: '-', stop: '-', end: 'stopped' },
}

const CASES = SERVICE_STATES.flatMap((from) => EVENTS.map((type) => ({ from, type, to: TABLE[from][type] })))

test.for(CASES)('$type in $from: $to', ({ from, type, to }) => {
  const before = stateNamed(from)
  const after = nextState(before, eventNamed(type))
  if (to === '-') expect(after).toBe(before)
  else expect(after.state).toBe(to)
})

test('the reason is the one of the last failure', () => {
  const once = nextState({ state: 'healthy' }, { type: 'fail', reason: 'one' })
  expect(nextState(once, { type: 'fail', reason: 'two' })).toEqual({ state: 'unhealthy', reason: 'two' })
  expect(nextState(once, { type: 'die', reason: 'three' })).toEqual({ state: 'failed', reason: 'three' })
  expect(nextState(once, { type: 'pass' })).toEqual({ state: 'healthy' })
})

function stateNamed(state: StateName): ServiceState {
  return state === 'unhealthy' || state === 'failed' ? { state, reason: 'before' } : { state }
}

function eventNamed(type: (typeof EVENTS)[number]): ServiceEvent {
  return type === 'fail' || type === 'die' ? { type, reason: 'now' } : { type }
}
