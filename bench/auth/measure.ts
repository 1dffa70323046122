import { join } from 'node:path'
import {
  ACCESS_TOKEN_AUDIENCE,
  AccessTokenVerifier,
  createPasswordHasher,
  type EndedSessionSource,
  RemoteKeys,
} from '@portolan/identity'
import { dataFolderOf } from '@portolan/supervise'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { startByPortolan } from '../portolan-start.ts'
import { openStackFolder } from '../stack-folder.ts'
import { BenchPerson } from './bench-person.ts'
import { type Cost, measureLoad, measureWork } from './load.ts'

const SHIFT = 28_800
const ORIGIN = `http://localhost:${3000 + SHIFT}`
const AUTH = `http://127.0.0.1:${8080 + SHIFT}`
const CLIENTS = 4
const NOBODY_ENDED: EndedSessionSource = { stateOf: () => 'live' }

export interface AuthFigures {
  readonly rows: readonly Cost[]
  readonly signInsAgainstHashing: number
  readonly checksAgainstSignature: number
}

/** Runs weAlist as `portolan up` does, signs in through the gateway, and checks the tokens that it gave. */
export async function measureAuth(durationMs: number): Promise<AuthFigures> {
  await using folder = await openStackFolder('wealist')
  const stack = await startByPortolan(folder.path, SHIFT, { AUTH_ATTEMPT_FACTOR: '1000000' })
  try {
    const data = dataFolderOf(folder.path, { environment: 'development', shift: SHIFT })
    const outbox = join(data.serviceFolder('auth'), 'outbox')
    const person = await BenchPerson.create(ORIGIN, 'bench@example.com', outbox)
    const requests = await measureRequests(person, stack.pids, durationMs)
    const work = await measureAlone(await person.signIn(), durationMs)
    return {
      rows: [...requests.rows, ...work.rows],
      signInsAgainstHashing: work.hashing.perCpuSecond / requests.signIns.perCpuSecond,
      checksAgainstSignature: work.signature.perCpuSecond / work.check.perCpuSecond,
    }
  } finally {
    await stack.stop()
  }
}

async function measureRequests(person: BenchPerson, pids: readonly number[], durationMs: number) {
  const load = { durationMs, clientCount: CLIENTS, pids } as const
  const token = await person.signIn()
  const get = (path: string, headers: Record<string, string>) => async () => {
    const answer = await fetch(`${ORIGIN}${path}`, { headers })
    await answer.arrayBuffer()
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}.`)
  }
  const signIns = await measureLoad({
    ...load,
    name: 'sign-ins, through the gateway',
    request: async () => void (await person.signIn()),
  })
  const rows = [
    signIns,
    await measureLoad({
      ...load,
      name: 'requests without a session, through the gateway',
      request: get('/api/auth/providers', {}),
    }),
    await measureLoad({
      ...load,
      name: 'requests with one and a database row',
      request: get('/api/users/me', { cookie: `__Host-wealist-access=${token}` }),
    }),
  ]
  return { rows, signIns }
}

/** The parts alone, in this process: what no sign-in and no check can be cheaper than. */
async function measureAlone(token: string, durationMs: number) {
  const signal = AbortSignal.timeout(durationMs * 20)
  const hasher = await createPasswordHasher()
  const stored = await hasher.hash('a quiet harbour at dawn')
  const keysUrl = new URL('/internal/jwks.json', AUTH)
  const bareKeys = createRemoteJWKSet(keysUrl)
  const keys = new RemoteKeys({ url: keysUrl })
  const verifier = () => new AccessTokenVerifier({ keys, issuer: ORIGIN, endedSessions: NOBODY_ENDED })
  const remembering = verifier()
  const alone = { durationMs, clientCount: CLIENTS } as const
  const hashing = await measureWork({
    ...alone,
    name: 'password hashes alone',
    work: () => hasher.verify(stored, 'a quiet harbour at dawn'),
  })
  const signature = await measureWork({
    ...alone,
    name: 'signature checks by jose alone',
    work: () => jwtVerify(token, bareKeys, { issuer: ORIGIN, audience: ACCESS_TOKEN_AUDIENCE }),
  })
  const check = await measureWork({
    ...alone,
    name: 'token checks, each token for the first time',
    work: () => verifier().verify(token, { signal }),
  })
  const again = await measureWork({
    ...alone,
    name: 'token checks, of one that was seen before',
    work: () => remembering.verify(token, { signal }),
  })
  return { rows: [hashing, signature, check, again], hashing, signature, check }
}
