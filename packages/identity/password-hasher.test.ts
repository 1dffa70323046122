import { errorCode } from '@portolan/errors'
import { expect, test } from 'vitest'
import { createPasswordHasher, PASSWORD_WORK } from './password-hasher.ts'

const CHEAP = { memoryKib: 1_024, passCount: 1, parallelism: 1 }

test('a password is right for its own hash alone', async () => {
  const hasher = await createPasswordHasher(CHEAP)
  const stored = await hasher.hash('correct horse')
  expect(await hasher.verify(stored, 'correct horse')).toEqual({ isRight: true, needsRehash: false })
  for (const wrong of ['correct horse ', 'Correct horse', '', 'x'.repeat(100_000), 'correct horse\0']) {
    expect(await hasher.verify(stored, wrong)).toEqual({ isRight: false })
  }
  expect(await hasher.hash('correct horse')).not.toBe(stored)
})

test('a password is right in whichever form its characters come', async () => {
  const hasher = await createPasswordHasher(CHEAP)
  const stored = await hasher.hash('비밀번호입니다'.normalize('NFC'))
  expect(await hasher.verify(stored, '비밀번호입니다'.normalize('NFD'))).toMatchObject({ isRight: true })
})

test('nobody, and an account without a password, is never right', async () => {
  const hasher = await createPasswordHasher(CHEAP)
  for (const password of ['', 'correct horse', 'x'.repeat(100_000)]) {
    expect(await hasher.verify(undefined, password)).toEqual({ isRight: false })
  }
})

test('a hash of other work asks to be made anew, and still verifies', async () => {
  const stored = await (await createPasswordHasher(CHEAP)).hash('correct horse')
  for (const change of [{ memoryKib: 2_048 }, { passCount: 2 }, { parallelism: 2 }]) {
    const hasher = await createPasswordHasher({ ...CHEAP, ...change })
    expect(await hasher.verify(stored, 'correct horse')).toEqual({ isRight: true, needsRehash: true })
    expect(await hasher.verify(stored, 'wrong horse')).toEqual({ isRight: false })
  }
})

test('what is stored is argon2id with at least the work that OWASP asks for', async () => {
  const stored = await (await createPasswordHasher()).hash('correct horse')
  expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  expect(PASSWORD_WORK.memoryKib * PASSWORD_WORK.passCount).toBeGreaterThanOrEqual(19_456 * 2)
})

test.for(['', 'plain', '$argon2i$v=19$m=1024,t=1,p=1$c2FsdHNhbHQ$aGFzaA', '$2b$10$abcdefghijklmnopqrstuv'])(
  'the stored text %j is an error, not a wrong password',
  async (stored) => {
    const hasher = await createPasswordHasher(CHEAP)
    expect(await hasher.verify(stored, 'correct horse').then(() => 'verified', errorCode)).toBe(
      'IDENTITY_PASSWORD_HASH_INVALID',
    )
  },
)

test('the work for an unknown account, a long password and a wrong one is the same', async () => {
  const hasher = await createPasswordHasher()
  const stored = await hasher.hash('correct horse')
  const cases = [
    () => hasher.verify(stored, 'wrong horse'),
    () => hasher.verify(undefined, 'wrong horse'),
    () => hasher.verify(stored, 'x'.repeat(5_000)),
  ]
  const fastest = [Infinity, Infinity, Infinity]
  const ratio = () => Math.max(...fastest) / Math.min(...fastest)
  // By turns, and the fastest of each: what else the machine does makes a round slower, never faster.
  for (let round = 0; round < 5 || (round < 60 && ratio() > 1.4); round += 1) {
    for (const [index, run] of cases.entries()) {
      const startedAt = performance.now()
      await run()
      fastest[index] = Math.min(fastest[index] ?? Infinity, performance.now() - startedAt)
    }
  }
  expect(ratio()).toBeLessThan(1.7)
})
