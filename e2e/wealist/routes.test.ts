import { randomUUID } from 'node:crypto'
import { hasScope, SCOPES } from '@portolan/identity'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ApiAnswer } from './api-answer.ts'
import { type ApiOperation, listApiOperations } from './api-operations.ts'
import type { ApiPerson, ApiRequest, WorkspaceRole } from './api-person.ts'
import { ROUTES, type RouteIds, type RouteRule, type Verdict } from './route-table.ts'
import { openVictim, type Victim } from './victim.ts'
import { openWealistWorld, type WealistWorld, WORLD_START_MS } from './wealist-world.ts'

let world: WealistWorld
let victim: Victim
let operations: readonly ApiOperation[]
beforeAll(async () => {
  world = await openWealistWorld()
  victim = await openVictim(world)
  operations = await listApiOperations(world.person())
}, WORLD_START_MS)
afterAll(() => world[Symbol.asyncDispose]())

interface RuledOperation {
  readonly operation: ApiOperation
  readonly rule: RouteRule
}

/** The operations that the table has, with what it says of them. */
function ruled(): readonly RuledOperation[] {
  return operations.flatMap((operation) => {
    const rule = ROUTES[operation.call]
    return rule === undefined ? [] : [{ operation, rule }]
  })
}

/** The call with the victim's ids in the place of its parameters. */
function callOf({ call, pathParameters, parameters }: ApiOperation, ids: RouteIds): string {
  const filled = pathParameters.reduce((text, name) => text.replace(`{${name}}`, idFor(call, name, ids)), call)
  return parameters.includes('workspaceId') && !pathParameters.includes('workspaceId')
    ? `${filled}?workspaceId=${ids.workspaceId}`
    : filled
}

function idFor(call: string, name: string, ids: RouteIds): string {
  if (call.includes('/avatars/{userId}') && name === 'userId') return victim.owner.userId
  const meant = Object.entries(victim.idsByPath).find(([path]) => name === 'id' && call.includes(path))?.[1]
  const id = meant ?? ids[name] ?? (name === 'provider' ? 'google' : undefined)
  if (id === undefined) throw new Error(`The victim has no "${name}" for "${call}": give it one in victim.ts.`)
  return id
}

const NONE = {}

interface Attempt {
  readonly as: ApiPerson
  readonly ids?: RouteIds
  readonly headers?: ApiRequest['headers']
}

async function attempt({ operation, rule }: RuledOperation, { as, ids = victim.ids, headers = NONE }: Attempt) {
  const self = as.accessToken === '' ? victim.member.userId : as.userId
  const body = rule.body?.({ ...ids, self })
  const call = callOf(operation, ids)
  if (operation.isStream && headers === NONE && (await opensStream(as, call))) return 'allowed'
  return verdictOf(await as.send(call, { headers, ...(body === undefined ? {} : { body }) }))
}

async function opensStream(person: ApiPerson, call: string): Promise<boolean> {
  try {
    await using _reader = await person.listen(call.includes('?') ? call.slice(call.indexOf('?')) : '')
    return true
  } catch {
    return false // refused: asking once more says with which code
  }
}

function verdictOf(answer: ApiAnswer): string {
  return answer.status < 400 ? 'allowed' : (answer.code ?? `status ${answer.status} without a code`)
}

test('every operation of every service is in the table, and nothing else', () => {
  expect(operations.map(({ call }) => call).toSorted()).toEqual(Object.keys(ROUTES).toSorted())
})

test('the documents say of who may ask what the table says', () => {
  const said = Object.fromEntries(operations.map(({ call, access }) => [call, access]))
  expect(said).toEqual(Object.fromEntries(Object.entries(ROUTES).map(([call, { access }]) => [call, access])))
})

test('whatever is asked for by an id says what others are answered', () => {
  const unsaid = ruled().filter(({ operation: { parameters, pathParameters }, rule }) => {
    const hasId = pathParameters.length > 0 || parameters.some((name) => /id$/i.test(name))
    const isMixable = pathParameters.includes('workspaceId') && pathParameters.length > 1
    const isSaid = rule.others !== undefined && (!isMixable || rule.mixed !== undefined)
    return hasId && !isSaid && rule.access !== 'public'
  })
  expect(unsaid.map(({ operation }) => operation.call)).toEqual([])
})

test('nobody in particular gets nothing but what is public', async () => {
  const nobody = world.person()
  const closed = ruled().filter(({ rule }) => rule.access !== 'public')
  for (const each of closed) {
    const verdict = await attempt(each, { as: nobody })
    expect({ call: each.operation.call, verdict }).toEqual({
      call: each.operation.call,
      verdict: 'IDENTITY_CREDENTIALS_MISSING',
    })
  }
})

test.for(['stranger', 'guest', 'member'] as const)(
  "with somebody else's ids a %s is answered on every route what the table says, and nothing changes",
  async (kind) => {
    const before = await victim.look()
    const person = await arrive(kind)
    const expected: Record<string, Verdict> = {}
    const found: Record<string, string> = {}
    for (const each of ruled()) {
      const verdict = each.rule.others?.[kind]
      if (verdict === undefined) continue
      const { call, isSafe } = each.operation
      expected[call] = verdict
      // What is allowed and changes something, such as leaving, is for somebody who is not needed afterwards.
      found[call] = await attempt(each, { as: verdict === 'allowed' && !isSafe ? await arrive(kind) : person })
    }
    expect(found).toEqual(expected)
    expect(await victim.look()).toEqual(before)
  },
)

/** Somebody new: in the victim's workspace, or with one of their own. */
async function arrive(kind: 'stranger' | WorkspaceRole): Promise<ApiPerson> {
  if (kind !== 'stranger') return world.join(victim.owner, victim.ids.workspaceId ?? '', kind)
  const person = await world.signedIn()
  await person.createWorkspace('Their own')
  return person
}

test("one's own workspace opens nothing that is in another one", async () => {
  const before = await victim.look()
  const stranger = await world.signedIn()
  const ids = { ...victim.ids, workspaceId: await stranger.createWorkspace() }
  const mixable = ruled().filter(({ rule }) => rule.mixed !== undefined)
  expect(mixable.length).toBeGreaterThanOrEqual(3)
  for (const each of mixable) {
    expect([each.operation.call, await attempt(each, { as: stranger, ids })]).toEqual([
      each.operation.call,
      each.rule.mixed,
    ])
  }
  expect(await victim.look()).toEqual(before)
})

test.for(SCOPES)('a personal access token with the scope "%s" does what it is for and nothing else', async (scope) => {
  const authorization = `Bearer ${await victim.owner.createToken([scope])}`
  const before = await victim.look()
  const bare = victim.owner.elsewhere() // the token is all that is sent
  for (const each of ruled()) {
    const { access } = each.rule
    if (access === 'public') continue
    const isGranted = access !== 'session' && hasScope([scope], access)
    if (isGranted && !each.operation.isSafe) continue
    const refusal = access === 'session' ? 'IDENTITY_SESSION_REQUIRED' : 'IDENTITY_SCOPE_MISSING'
    const found = [each.operation.call, await attempt(each, { as: bare, headers: { authorization } })]
    expect(found).toEqual([each.operation.call, isGranted ? 'allowed' : refusal])
  }
  expect(await victim.look()).toEqual(before)
})

test.for(SCOPES)(
  'a personal access token with the scope "%s" is let in to every change that it is for',
  async (scope) => {
    const person = await world.signedIn()
    const authorization = `Bearer ${await person.createToken([scope])}`
    const names = [...Object.keys(victim.ids), 'workspaceId']
    const ids = Object.fromEntries(names.map((name) => [name, randomUUID()])) // nobody's: there is nothing to break
    for (const { operation, rule } of ruled()) {
      const { access } = rule
      if (access === 'public' || access === 'session' || operation.isSafe || !hasScope([scope], access)) continue
      const bare = { operation, rule: { access } } // without a body, which comes after the question who asks
      const verdict = await attempt(bare, { as: person.elsewhere(), ids, headers: { authorization } })
      expect([operation.call, verdict]).not.toEqual([
        operation.call,
        expect.stringMatching(/SCOPE|SESSION|CREDENTIALS/),
      ])
    }
  },
)

test.for([
  ['another origin', { origin: 'https://evil.example.com' }],
  ['an origin that begins like ours', { origin: 'OURS.evil.example.com' }],
  ['our host in another scheme', { origin: 'SECURE' }],
  ['a sandboxed frame', { origin: 'null' }],
  ['another site', { origin: undefined, 'sec-fetch-site': 'cross-site' }],
  ['a neighbouring name', { origin: undefined, 'sec-fetch-site': 'same-site' }],
  ['nowhere that it says', { origin: undefined }],
] as const)(
  'a change by cookie that comes from %s is refused on every route, and nothing changes',
  async ([, from]) => {
    const before = await victim.look()
    const origin = from.origin?.replace('OURS', world.origin).replace('SECURE', world.origin.replace('http:', 'https:'))
    const headers = { ...from, origin }
    const isSilent = origin === undefined && !('sec-fetch-site' in from)
    for (const each of ruled()) {
      const isPublic = each.rule.access === 'public'
      // Programs say nothing of where they come from, and may sign in; `refresh` and `sign-out` work by a cookie.
      const isForgeable = !isPublic || !isSilent || /\/(refresh|sign-out)$/.test(each.operation.call)
      if ((each.operation.isSafe && !each.operation.isStream) || !isForgeable) continue
      const found = [each.operation.call, await attempt(each, { as: victim.owner.copy(), headers })]
      expect(found).toEqual([each.operation.call, 'IDENTITY_ORIGIN_REFUSED'])
    }
    expect(await victim.look()).toEqual(before)
  },
)

test('no secret that was used here stands in a log', async () => {
  expect(await world.secretsInLogs()).toEqual([])
})
