import { errorCode } from '@portolan/errors'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkOrigin, isSafeMethod, type OriginVerdict, parsePublicOrigin } from './origin-check.ts'

const OWN = 'https://app.example.com'

test.for<[headers: Record<string, string>, verdict: OriginVerdict]>([
  [{ origin: OWN }, 'own'],
  [{ 'sec-fetch-site': 'same-origin' }, 'own'],
  [{ origin: OWN, 'sec-fetch-site': 'same-origin' }, 'own'],
  [{}, 'unknown'],
  [{ referer: `${OWN}/boards`, host: 'app.example.com' }, 'unknown'],
  [{ origin: '' }, 'foreign'],
  [{ origin: 'null' }, 'foreign'],
  [{ origin: 'null', 'sec-fetch-site': 'same-origin' }, 'foreign'],
  [{ origin: 'http://app.example.com' }, 'foreign'],
  [{ origin: 'https://app.example.com:8443' }, 'foreign'],
  [{ origin: 'https://app.example.com:443' }, 'foreign'],
  [{ origin: 'https://app.example.com.evil.example.net' }, 'foreign'],
  [{ origin: 'https://evilapp.example.com' }, 'foreign'],
  [{ origin: 'https://app.example.com@evil.example.net' }, 'foreign'],
  [{ origin: 'https://app.example.com/' }, 'foreign'],
  [{ origin: 'https://APP.example.com' }, 'foreign'],
  [{ origin: `${OWN}, https://evil.example.net` }, 'foreign'],
  [{ origin: `https://evil.example.net, ${OWN}` }, 'foreign'],
  [{ origin: ` ${OWN}` }, 'foreign'],
  [{ origin: 'https://evil.example.net', 'sec-fetch-site': 'same-origin' }, 'foreign'],
  [{ 'sec-fetch-site': 'same-site' }, 'foreign'],
  [{ 'sec-fetch-site': 'cross-site' }, 'foreign'],
  [{ 'sec-fetch-site': 'none' }, 'foreign'],
  [{ 'sec-fetch-site': 'same-origin, cross-site' }, 'foreign'],
])('%j is %s', ([headers, verdict]) => {
  expect(checkOrigin(headers, OWN)).toBe(verdict)
})

test('no other text than the origin itself is own', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string().map((tail) => OWN + tail),
        fc.webUrl(),
      ),
      (origin) => {
        expect(checkOrigin({ origin }, OWN) === 'own').toBe(origin === OWN)
      },
    ),
  )
})

test('the public origin is what browsers write', () => {
  expect(parsePublicOrigin('https://APP.example.com:443/')).toBe(OWN)
  expect(parsePublicOrigin('http://localhost:3000')).toBe('http://localhost:3000')
})

test.for([
  '',
  'app.example.com',
  'https://app.example.com/boards',
  'https://app.example.com?x',
  'https://u:p@app.example.com',
  'ftp://example.com',
  'null',
  'file:///',
])('"%s" is no public origin', (text) => {
  let code: string | undefined
  try {
    parsePublicOrigin(text)
  } catch (error) {
    code = errorCode(error)
  }
  expect(code).toBe('IDENTITY_PUBLIC_ORIGIN_INVALID')
})

test('only reading is safe', () => {
  const methods = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'get', undefined]
  expect(methods.filter(isSafeMethod)).toEqual(['GET', 'HEAD', 'OPTIONS'])
})
