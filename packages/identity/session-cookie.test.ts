import { errorCode } from '@portolan/errors'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  ACCESS_COOKIE,
  findSessionCookie,
  formatCookieDeletion,
  formatSessionCookie,
  REFRESH_COOKIE,
} from './session-cookie.ts'

const NOW = new Date('2026-01-01T00:00:00Z')
const EXPIRY = { now: NOW, expiresAt: new Date(NOW.getTime() + 600_000) }

test('a session cookie is only for this host, this site, secure connections and no script', () => {
  expect(formatSessionCookie(ACCESS_COOKIE, 'a.b-c_1', EXPIRY)).toBe(
    '__Host-wealist-access=a.b-c_1; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=600',
  )
})

test('a deletion has the same attributes, and a cookie that has already expired is one', () => {
  expect(formatCookieDeletion(REFRESH_COOKIE)).toBe(
    '__Host-wealist-refresh=; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=0',
  )
  expect(formatSessionCookie(REFRESH_COOKIE, 'x', { now: EXPIRY.expiresAt, expiresAt: NOW })).toMatch(/; Max-Age=0$/)
})

test.for(['a; Domain=example.com', 'a\r\nSet-Cookie: b=c', 'a,b', '"a"', '', 'a b', 'é'])(
  'the value %j would break out of the header and is refused',
  (value) => {
    expect(() => formatSessionCookie(ACCESS_COOKIE, value, EXPIRY)).toThrow(TypeError)
  },
)

test.for<[header: string | undefined, value: string | undefined]>([
  [undefined, undefined],
  ['', undefined],
  ['__Host-wealist-access=a.b.c', 'a.b.c'],
  ['theme=dark; __Host-wealist-access=a.b.c; __Host-wealist-refresh=d', 'a.b.c'],
  ['theme=dark;__Host-wealist-access=a.b.c', 'a.b.c'],
  ['x__Host-wealist-access=evil', undefined],
  ['x__Host-wealist-access=evil; __Host-wealist-access=a.b.c', 'a.b.c'],
  ['x=__Host-wealist-access=evil; __Host-wealist-access=a.b.c', 'a.b.c'],
  ['__host-wealist-access=evil', undefined],
  ['__Host-wealist-access =evil', undefined],
  ['__Host-wealist-access', undefined],
  ['__Host-wealist-access=', undefined],
  ['__Host-wealist-access="a.b.c"', undefined],
  ['__Host-wealist-access=a%2Eb', undefined],
  ['other=1, __Host-wealist-access=evil', undefined],
  ['wealist-access=evil; __Host-wealist-access2=evil', undefined],
])('from the header %j comes %j', ([header, value]) => {
  expect(findSessionCookie(header, ACCESS_COOKIE)).toBe(value)
})

test.for(['a; {}=b', 'a; {}=a', '; {}=b', 'a; x=1;{}=', 'a;\t{}=b'])(
  'a cookie that is there twice is refused: %s',
  (rest) => {
    const header = `${ACCESS_COOKIE}=${rest.replace('{}', ACCESS_COOKIE)}`
    let code: string | undefined
    try {
      findSessionCookie(header, ACCESS_COOKIE)
    } catch (error) {
      code = errorCode(error)
    }
    expect(code).toBe('IDENTITY_COOKIE_AMBIGUOUS')
  },
)

test('what is written is read back among any other cookies', () => {
  const others = fc.array(fc.stringMatching(/^[a-z]{1,8}=[a-z0-9=]{0,8}$/))
  fc.assert(
    fc.property(fc.stringMatching(/^[\w.-]{1,60}$/), others, others, (value, before, after) => {
      const [pair = ''] = formatSessionCookie(ACCESS_COOKIE, value, EXPIRY).split(';')
      expect(findSessionCookie([...before, pair, ...after].join('; '), ACCESS_COOKIE)).toBe(value)
    }),
  )
})
