import { expect, test } from 'vitest'
import { Account } from './account.ts'
import { FairGate, type Waiter } from './fair-gate.ts'

class Guest implements Waiter {
  readonly sharedBy: Account
  waitingSinceMs = 0
  state: 'new' | 'inside' | 'late' = 'new'

  constructor(sharedBy: Account) {
    this.sharedBy = sharedBy
  }

  onTurn(): void {
    this.state = 'inside'
  }

  onWaitedTooLong(): void {
    this.state = 'late'
  }
}

function enter(gate: FairGate, account: Account, nowMs = 0): { readonly guest: Guest; readonly how: string } {
  const guest = new Guest(account)
  return { guest, how: gate.enter(guest, nowMs) }
}

test('when it is full, each account has its turn after the other, however many of its requests wait', () => {
  const gate = new FairGate({ most: 1, mostWaiting: 100, waitMs: 1_000 })
  const [greedy, modest] = [new Account('greedy'), new Account('modest')]
  expect(enter(gate, greedy).how).toBe('inside')
  const crowd = Array.from({ length: 20 }, () => enter(gate, greedy).guest)
  const { guest } = enter(gate, modest)
  gate.leave(greedy)
  gate.leave(greedy)
  expect(guest.state).toBe('inside')
  expect(crowd.filter(({ state }) => state === 'inside')).toHaveLength(1)
})

test('who has a fair share inside already waits while there is room for those who have less', () => {
  const gate = new FairGate({ most: 8, mostWaiting: 100, waitMs: 1_000 })
  const [greedy, modest] = [new Account('greedy'), new Account('modest')]
  enter(gate, modest)
  const ways = Array.from({ length: 8 }, () => enter(gate, greedy).how)
  // Six are crowded; of eight for two, four are a fair share.
  expect(ways).toEqual(['inside', 'inside', 'inside', 'inside', 'inside', 'waits', 'waits', 'waits'])
  expect(enter(gate, modest).how).toBe('inside')
})

test('one account fills no more than half of the room to wait in', () => {
  const gate = new FairGate({ most: 1, mostWaiting: 10, waitMs: 1_000 })
  const [greedy, modest] = [new Account('greedy'), new Account('modest')]
  const ways = Array.from({ length: 20 }, () => enter(gate, greedy).how)
  expect(ways.filter((how) => how === 'waits')).toHaveLength(5)
  expect(ways.filter((how) => how === 'full')).toHaveLength(14)
  expect(enter(gate, modest).how).toBe('waits')
})

test('however many come, no more wait than twice the room', () => {
  const gate = new FairGate({ most: 1, mostWaiting: 100, waitMs: 1_000 })
  for (let index = 0; index < 10_000; index += 1) enter(gate, new Account(`client ${index}`))
  expect(gate.waitingCount).toBeLessThanOrEqual(200)
})

test('who waits too long is sent away, and who gives up takes nobody’s turn', () => {
  const gate = new FairGate({ most: 1, mostWaiting: 100, waitMs: 1_000 })
  const account = new Account('client')
  enter(gate, account)
  const late = enter(gate, account, 0).guest
  const gone = enter(gate, account, 500).guest
  const patient = enter(gate, account, 600).guest
  gate.sweep(1_200)
  expect(gate.giveUp(gone)).toBe(true)
  expect(gate.giveUp(gone)).toBe(false)
  gate.leave(account)
  expect([late.state, gone.state, patient.state]).toEqual(['late', 'new', 'inside'])
  gate.leave(account)
  expect([gate.insideCount, gate.waitingCount, account.insideCount]).toEqual([0, 0, 0])
})
