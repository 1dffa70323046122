import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ApiAnswer } from './api-answer.ts'
import type { ApiPerson } from './api-person.ts'
import { openWealistWorld, type WealistWorld, WORLD_START_MS } from './wealist-world.ts'

const SAMPLE_COUNT = 25
const ROUND_COUNT = 3
/** Without a hash of its own, an unknown address would be answered many times as fast. */
const LARGEST_RATIO = 1.5
/** Below this, two medians are the noise of a network. */
const NOISE_MS = 3

let world: WealistWorld
let known: ApiPerson
/** Signed up and never confirmed. */
let waiting: ApiPerson
beforeAll(async () => {
  world = await openWealistWorld()
  known = await world.signedUp()
  waiting = world.person()
  await waiting.signUp()
}, WORLD_START_MS)
afterAll(() => world[Symbol.asyncDispose]())

type Asking = (email: string) => Promise<ApiAnswer>

const stranger = () => world.person()
const WRONG = 'a password that nobody has'
const QUESTIONS: readonly (readonly [string, Asking])[] = [
  ['signing in', (email) => stranger().post('/api/auth/sign-in', { email, password: WRONG })],
  ['signing up', (email) => stranger().post('/api/auth/sign-up', { email, password: WRONG, name: 'X', locale: 'en' })],
  ['forgetting a password', (email) => stranger().post('/api/auth/password/forgot', { email })],
  ['asking for the mail again', (email) => stranger().post('/api/auth/email/resend', { email })],
]

/** All that an answer says, but what is different in each: ids, times, lengths of time. */
function saidBy({ status, headers, raw }: ApiAnswer): unknown {
  const names = [...headers.keys()].filter((name) => !['date', 'keep-alive'].includes(name))
  return { status, names, raw: raw.replaceAll(/"requestId":"[^"]*"/g, '') }
}

test.for(QUESTIONS)(
  '%s answers the same for an address that is known, that waits, and that is not',
  async ([, ask]) => {
    const [unknown, ofAccount, ofSignUp] = [
      await ask(stranger().email),
      await ask(known.email),
      await ask(waiting.email),
    ]
    expect(saidBy(ofAccount)).toEqual(saidBy(unknown))
    expect(saidBy(ofSignUp)).toEqual(saidBy(unknown))
  },
)

test.for(QUESTIONS)('%s takes the same time for an address that is known and one that is not', async ([, ask]) => {
  const rounds: string[] = []
  // What leaks does so in every round; what a busy machine does to one is not there in the next.
  for (let round = 0; round < ROUND_COUNT; round += 1) {
    const [knownMs, unknownMs] = await medianTimes(ask)
    const difference = Math.abs(knownMs - unknownMs)
    rounds.push(`${knownMs.toFixed(1)} ms and ${unknownMs.toFixed(1)} ms`)
    if (difference <= NOISE_MS || difference <= (LARGEST_RATIO - 1) * Math.min(knownMs, unknownMs)) return
  }
  expect.fail(`Known and unknown addresses are told apart by time: ${rounds.join('; ')}`)
})

/** One after the other in turns, so that whatever else the machine does is done to both. */
async function medianTimes(ask: Asking): Promise<readonly [number, number]> {
  const times: readonly [number[], number[]] = [[], []]
  for (let count = 0; count < SAMPLE_COUNT; count += 1) {
    for (const [index, email] of [known.email, stranger().email].entries()) {
      const startedAt = performance.now()
      await ask(email)
      times[index]?.push(performance.now() - startedAt)
    }
  }
  return [medianOf(times[0]), medianOf(times[1])]
}

function medianOf(times: readonly number[]): number {
  return times.toSorted((left, right) => left - right)[Math.floor(times.length / 2)] ?? 0
}

test('what was asked for a known address leads only to mails, and for an unknown one to none about an account', async () => {
  const unknown = stranger()
  await unknown.post('/api/auth/password/forgot', { email: unknown.email })
  await unknown.post('/api/auth/email/resend', { email: unknown.email })
  await known.post('/api/auth/password/forgot', { email: known.email })
  await world.linkOf(known.email, 'reset-password')
  expect((await world.mails()).filter(({ to }) => to.includes(unknown.email))).toEqual([])
})

test('a right password tells its owner that the address waits, and nobody else', async () => {
  const person = stranger()
  await person.signUp()
  expect((await person.signIn()).code).toBe('AUTH_EMAIL_UNVERIFIED')
  expect((await person.signIn(WRONG)).code).toBe('AUTH_CREDENTIALS_WRONG')
})

test('who is in a workspace is told to nobody outside: an invitation says as much to those who are as to those who are not', async () => {
  await known.signIn()
  const workspaceId = await known.createWorkspace()
  const path = `/api/users/workspaces/${workspaceId}/invitations`
  const [toMember, toStranger] = [
    await known.post(path, { email: waiting.email, role: 'guest' }),
    await known.post(path, { email: stranger().email, role: 'guest' }),
  ]
  expect(Object.keys(Object(toMember.body))).toEqual(Object.keys(Object(toStranger.body)))
})

test('no secret that was used here stands in a log', async () => {
  expect(await world.secretsInLogs()).toEqual([])
})
