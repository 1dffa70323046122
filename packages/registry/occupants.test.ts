import { openTestPostgres } from '@portolan/postgres/testing'
import { afterAll, expect, test } from 'vitest'
import { openRegistry } from './open-registry.ts'
import type { PlanStep } from './plan.ts'
import { openTestRegistry } from './testing.ts'

const server = await openTestPostgres()
afterAll(() => server[Symbol.asyncDispose]())
const waiting = () => ({ signal: AbortSignal.timeout(20_000) })

function step(project: string, first: number, occupants: readonly ('blue' | 'green')[]): PlanStep {
  const range = { first, last: first + 1 }
  const request = { host: 'seoul-1', environment: 'production', kind: 'app', project, range, reason: 'adopted' }
  return {
    type: 'claim',
    request,
    occupants: occupants.map((half) => ({ half, version: `${project} of old`, isActive: true })),
  }
}

test('a plan claims and fills the slots at once, and another registry sees both', async () => {
  await using world = await openTestRegistry(server)
  const { registry, databaseUrl, clock } = world
  await using other = await openRegistry({ databaseUrl, now: () => clock.now }, waiting())
  await other.allocate({ host: 'seoul-1', environment: 'production', kind: 'app', project: 'early' }, waiting())
  const plan = { steps: [step('worb', 4100, ['blue', 'green']), step('vsvs-kr', 4102, [])], idempotencyKey: 'k' }
  const { steps } = await registry.apply(plan, waiting())
  const [worb] = steps.map(({ claim }) => claim)
  expect(worb?.slots).toMatchObject({ blue: { state: 'grace' }, green: { state: 'active', version: 'worb of old' } })
  expect(steps[1]?.claim.slots.blue.state).toBe('empty')
  expect(await registry.findClaim(worb?.id ?? 0, waiting())).toEqual(worb)
  expect((await registry.apply(plan, waiting())).steps.map(({ claim }) => claim)).toEqual(
    steps.map(({ claim }) => claim),
  )
  const own = { claimId: worb?.id ?? 0, project: 'worb', token: worb?.token ?? 0 }
  const rolled = await other.changeSlots({ ...own, event: { type: 'rollback', graceMs: 1_000 } }, waiting())
  expect(rolled.slots.blue.state).toBe('active')
  const { events } = await registry.listEvents({ project: 'worb' }, waiting())
  expect(events.map(({ type }) => type)).toEqual(['slots-changed', 'slots-changed', 'claimed'])
})

test('what is in a slot already stays, and what refuses one step undoes all of them', async () => {
  await using world = await openTestRegistry(server)
  const { registry } = world
  await registry.apply({ steps: [step('worb', 4100, ['blue'])] }, waiting())
  const again = await registry.apply({ steps: [step('worb', 4100, ['blue', 'green'])] }, waiting())
  expect(again.steps[0]?.claim.slots).toMatchObject({ blue: { state: 'grace' }, green: { state: 'active' } })
  const single = { ...step('db', 4200, ['blue']) }
  const bad: PlanStep =
    single.type === 'claim' ? { ...single, request: { ...single.request, range: { first: 4200, last: 4200 } } } : single
  await expect(registry.apply({ steps: [step('late', 4300, ['green']), bad] }, waiting())).rejects.toMatchObject({
    code: 'REGISTRY_PLAN_REFUSED',
    details: { step: 1, code: 'REGISTRY_SLOTS_MISSING' },
  })
  expect((await registry.listClaims({ project: 'late' }, waiting())).claims).toEqual([])
})
