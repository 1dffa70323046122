import type { EventReader } from '@portolan/service/testing'
import { expect } from 'vitest'
import type { ApiPerson } from './api-person.ts'
import type { Questions } from './traffic.ts'
import type { WealistWorld } from './wealist-world.ts'

/** What a refusal may be while something that is needed is away: 503 with one of these codes. */
const OUTAGE_CODES: readonly unknown[] = [
  'AUTH_STORE_UNAVAILABLE',
  'USER_STORE_UNAVAILABLE',
  'USER_AUTH_UNAVAILABLE',
  'IDENTITY_SESSIONS_UNKNOWN',
  'IDENTITY_KEYS_UNAVAILABLE',
  'IDENTITY_TOKEN_UNCHECKED',
]
/** Nobody is kept waiting longer than this, whatever is broken. */
const ANSWER_LIMIT_MS = 10_000
const HANG_MS = 30_000

/** People who use weAlist while parts of it are taken away. */
export class Household {
  readonly owner: ApiPerson
  readonly member: ApiPerson
  readonly workspaceId: string
  /** The number in the last name that was acknowledged, and in the last that was asked for. */
  acknowledged = 0
  asked = 0
  readonly #token: string

  constructor(people: Pick<Household, 'owner' | 'member' | 'workspaceId'>, token: string) {
    this.owner = people.owner
    this.member = people.member
    this.workspaceId = people.workspaceId
    this.#token = token
  }

  /** Something of everything: reading and changing, by cookie and by token, in both services and across them. */
  questions(): Questions {
    const { owner, workspaceId } = this
    const limits = { timeoutMs: HANG_MS }
    const authorization = `Bearer ${this.#token}`
    const visitor = owner.elsewhere()
    const { email, facts } = owner
    return {
      account: () => owner.send('GET /api/auth/me', limits),
      sessions: () => owner.send('GET /api/auth/sessions', limits),
      profile: () => owner.send('GET /api/users/me', limits),
      members: () => owner.send(`GET /api/users/workspaces/${workspaceId}/members`, limits),
      program: () => visitor.send('GET /api/users/workspaces', { ...limits, headers: { authorization } }),
      rename: () => this.#rename(),
      'sign in': () =>
        owner.elsewhere().send('POST /api/auth/sign-in', { ...limits, body: { email, password: facts.password } }),
      forgot: () => visitor.send('POST /api/auth/password/forgot', { ...limits, body: { email } }),
    }
  }

  /**
   * Not among the others: where a store stands still for longer than the ten seconds in which a token may be sent
   * again, who refreshed in that moment has to sign in again.
   */
  refreshing(): Questions {
    return { refresh: () => this.member.send('POST /api/auth/refresh', { timeoutMs: HANG_MS }) }
  }

  listen(): Promise<EventReader> {
    return this.member.listen(`?workspaceId=${this.workspaceId}`)
  }

  /** A change of a role is heard on the stream; one that was ended is opened again, as browsers do by themselves. */
  async hears(stream: EventReader): Promise<void> {
    await using again = stream.isOpen ? undefined : await this.listen()
    const reader = again ?? stream
    const { workspaceId, member, owner } = this
    for (const role of ['guest', 'member']) {
      const call = `PATCH /api/users/workspaces/${workspaceId}/members/${member.userId}`
      expect((await owner.send(call, { body: { role } })).status).toBe(204)
      const news = { workspaceId, userId: member.userId, role }
      await expect.poll(() => reader.named('membership-changed')).toContainEqual(news)
    }
  }

  /** The end of a session in auth is heard by user, over the bus. */
  async signsOutEverywhere(): Promise<void> {
    const phone = this.owner.elsewhere()
    expect((await phone.signIn()).status).toBe(200)
    await using stream = await phone.listen()
    expect((await this.owner.send(`DELETE /api/auth/sessions/${phone.sessionId}`)).status).toBe(204)
    await expect.poll(() => stream.named('session-ended')).toEqual([{}])
    expect((await phone.get('/api/users/me')).status).toBe(401)
  }

  /** What was acknowledged is there, or something later. */
  async keptEverything(): Promise<void> {
    const name = (await this.owner.get('/api/users/me')).expect(200).text('name')
    expect(Number(name.split(' ')[1])).toBeGreaterThanOrEqual(this.acknowledged)
    expect(Number(name.split(' ')[1])).toBeLessThanOrEqual(this.asked)
  }

  async #rename() {
    this.asked += 1
    const number = this.asked
    const body = { name: `Owner ${number}` }
    const answer = await this.owner.send('PATCH /api/users/me', { body, timeoutMs: HANG_MS })
    if (answer.status === 200) this.acknowledged = number
    return answer
  }
}

export async function openHousehold(world: WealistWorld): Promise<Household> {
  const owner = await world.signedIn()
  const workspaceId = await owner.createWorkspace()
  const member = await world.join(owner, workspaceId)
  return new Household({ owner, member, workspaceId }, await owner.createToken(['read']))
}

/** The failures that are not as they should be: too late, without an answer, or with another status or code. */
export function illMannered<Failure extends { status: number; code: unknown; tookMs: number }>(
  failures: readonly Failure[],
): readonly Failure[] {
  return failures.filter(({ status, code, tookMs }) => {
    const isClear = status === 503 && OUTAGE_CODES.includes(code)
    return !isClear || tookMs > ANSWER_LIMIT_MS
  })
}
