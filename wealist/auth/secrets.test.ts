import { expect, test } from 'vitest'
import { Secrets } from './secrets.ts'

const secrets = new Secrets('a secret of auth that only tests know about')
const CONTEXT = { purpose: 'totp', owner: 'mina' } as const

test('what is sealed is opened by the same secret, purpose and owner alone', () => {
  const sealed = secrets.seal('JBSWY3DP', CONTEXT)
  expect(secrets.open(sealed, CONTEXT)).toBe('JBSWY3DP')
  expect(secrets.seal('JBSWY3DP', CONTEXT)).not.toBe(sealed)
  const other = new Secrets('another secret of auth, for the same database')
  const openings = [
    () => other.open(sealed, CONTEXT),
    () => secrets.open(sealed, { ...CONTEXT, owner: 'eve' }),
    () => secrets.open(sealed, { ...CONTEXT, purpose: 'oidc-flow' }),
    () => secrets.open(`${sealed.slice(0, -2)}AA`, CONTEXT),
    () => secrets.open('v2.a.b', CONTEXT),
    () => secrets.open('', CONTEXT),
  ]
  for (const open of openings) expect(open).toThrow(expect.objectContaining({ code: 'AUTH_SEAL_BROKEN' }))
})

test('a digest depends on the secret and the purpose', () => {
  expect(secrets.digest('x', 'a')).toBe(secrets.digest('x', 'a'))
  expect(secrets.digest('x', 'b')).not.toBe(secrets.digest('x', 'a'))
  expect(new Secrets('another secret of auth, for the same database').digest('x', 'a')).not.toBe(
    secrets.digest('x', 'a'),
  )
})
