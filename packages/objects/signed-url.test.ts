import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseByteRange } from './byte-range.ts'
import { contentDisposition } from './content-disposition.ts'
import { formatGrant, type Grant, parseGrant } from './grant.ts'
import { parseMediaType } from './media-type.ts'
import { parseKeyPrefix, parseObjectKey } from './object-key.ts'
import { parseS3Url, parseStoreUrl } from './store-url.ts'

const secret = 'a secret of at least 32 characters'
const key = 'profiles/1/x'
const now = new Date(1_000_000)
const expiresAt = new Date(2_000_000)

const grants: fc.Arbitrary<Grant> = fc.oneof(
  fc.record(
    {
      purpose: fc.constant('upload' as const),
      contentType: fc.string(),
      isCreateOnly: fc.boolean(),
      sizeBytes: fc.nat(),
      sizeLimitBytes: fc.nat(),
    },
    { requiredKeys: ['purpose', 'contentType', 'isCreateOnly'] },
  ),
  fc.record(
    {
      purpose: fc.constant('download' as const),
      disposition: fc.constantFrom('inline' as const, 'attachment' as const),
      fileName: fc.string({ unit: 'grapheme' }),
    },
    { requiredKeys: ['purpose', 'disposition'] },
  ),
)

test('a grant is read as it was signed, and not by another secret, for another key or after its time', () => {
  fc.assert(
    fc.property(grants, (grant) => {
      const query = new URLSearchParams(formatGrant(grant, { secret, key }, { expiresAt }))
      expect(parseGrant(grant.purpose, query, { secret, key, now })).toEqual(grant)
      const invalid = expect.objectContaining({ code: 'OBJECTS_GRANT_INVALID' })
      expect(() => parseGrant(grant.purpose, query, { secret: `${secret}2`, key, now })).toThrow(invalid)
      expect(() => parseGrant(grant.purpose, query, { secret, key: `${key}y`, now })).toThrow(invalid)
      expect(() => parseGrant('delete', query, { secret, key, now })).toThrow(invalid)
      const expired = expect.objectContaining({ code: 'OBJECTS_GRANT_EXPIRED' })
      expect(() => parseGrant(grant.purpose, query, { secret, key, now: expiresAt })).toThrow(expired)
    }),
  )
})

test('no change of one character of a signed query is accepted', () => {
  const query = formatGrant({ purpose: 'download', disposition: 'inline' }, { secret, key }, { expiresAt })
  const characters = fc.stringMatching(/^[A-Za-z0-9_=&%+-]$/)
  fc.assert(
    fc.property(fc.nat(query.length - 1), characters, (index, character) => {
      const changed = new URLSearchParams(query.slice(0, index) + character + query.slice(index + 1))
      fc.pre(changed.toString() !== new URLSearchParams(query).toString())
      expect(() => parseGrant('download', changed, { secret, key, now })).toThrow()
    }),
  )
  for (const more of ['&', '&more=1', '!', '&signature=', '%00']) {
    const changed = new URLSearchParams(query + more)
    if (more === '&')
      expect(parseGrant('download', changed, { secret, key, now })).toMatchObject({ disposition: 'inline' })
    else expect(() => parseGrant('download', changed, { secret, key, now })).toThrow()
  }
})

test('a key that is accepted means the same in a URL and stays below its area', () => {
  const texts = fc.oneof(fc.string(), fc.stringMatching(/^(profiles|boards)(\/[a-zA-Z0-9._%~\\ -]{0,5}){1,4}$/))
  fc.assert(
    fc.property(texts, (text) => {
      let parsed: string
      try {
        parsed = parseObjectKey(text)
      } catch (error) {
        expect(error).toMatchObject({ code: 'OBJECTS_KEY_INVALID' })
        return
      }
      expect(new URL(`http://wealist.example.com/objects/${parsed}`).pathname).toBe(`/objects/${text}`)
    }),
  )
  expect(parseObjectKey('storage/w1/f1/9b2c.bin')).toBe('storage/w1/f1/9b2c.bin')
  expect(parseKeyPrefix('storage/')).toBe('storage/')
  for (const prefix of ['', '/', 'storage', 'storage//', '../', 'other/'])
    expect(() => parseKeyPrefix(prefix)).toThrow()
})

test.for([
  [undefined, 10, 'whole'],
  ['bytes=0-0', 10, { first: 0, last: 0 }],
  ['bytes=5-', 10, { first: 5, last: 9 }],
  ['bytes=-20', 10, { first: 0, last: 9 }],
  ['bytes=-0', 10, 'unsatisfiable'],
  ['bytes=0-', 0, 'unsatisfiable'],
  ['bytes=5-4', 10, 'whole'],
  ['bytes=0-1,3-4', 10, 'whole'],
  ['items=0-1', 10, 'whole'],
  ['bytes=-', 10, 'whole'],
] as const)('the range %s of %i bytes is %j', ([header, sizeBytes, expected]) => {
  expect(parseByteRange(header, sizeBytes)).toEqual(expected)
})

test('whatever a file is called, the header is one line of ASCII', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (fileName) => {
      const header = contentDisposition({ disposition: 'attachment', contentType: 'image/png', fileName })
      expect(header).toMatch(/^attachment(; filename="[^"\\]*"; filename\*=UTF-8''[A-Za-z0-9%._~!-]*)?$/)
      expect(header).toMatch(/^[\x20-\x7e]*$/)
    }),
  )
})

test('content types are media types', () => {
  expect(parseMediaType(' Text/Plain; charset=UTF-8 ')).toBe('text/plain; charset=utf-8')
  for (const text of ['', 'png', 'image/', 'image/png\r\nx: y', 'image/png;', 'a/b/c', `a/${'b'.repeat(300)}`]) {
    expect(() => parseMediaType(text)).toThrow(expect.objectContaining({ code: 'OBJECTS_TYPE_INVALID' }))
  }
})

test('store URLs of all kinds are read', () => {
  const query = `key=${'k'.repeat(32)}`
  expect(parseStoreUrl(`http://objects:9000?${query}`)).toMatchObject({
    kind: 'service',
    origin: 'http://objects:9000',
  })
  expect(parseStoreUrl(`disk:///var/lib/a%20b?${query}`)).toMatchObject({ kind: 'disk', folder: '/var/lib/a b' })
  const s3 = { endpoint: 'http://192.0.2.1:7070', bucket: 'files', region: 'eu-1' }
  const credentials = { accessKeyId: 'id', secretAccessKey: 'a/b+c' }
  expect(parseStoreUrl(`s3://id:a%2Fb+c@192.0.2.1:7070/files?region=eu-1&tls=0&${query}`)).toMatchObject({
    s3: { ...s3, credentials },
  })
  expect(parseS3Url('s3://s3.example.com/files')).toEqual({
    endpoint: 'https://s3.example.com',
    region: 'us-east-1',
    bucket: 'files',
  })
})

test.for([
  ['no URL'],
  ['ftp://host?key=K'],
  ['http://host:9000'],
  ['http://host:9000?key=short'],
  ['http://host:9000/path?key=K'],
  ['http://user:pw@host:9000?key=K'],
  ['http://host:9000?key=K&key=K'],
  ['http://host:9000?key=K&more=1'],
  ['disk://folder/x?key=K'],
  ['disk:///?key=K'],
  ['s3://host/?key=K'],
  ['s3://host/a/b?key=K'],
  ['s3://id@host/bucket?key=K'],
  ['s3://id:100%@host/bucket?key=K'],
  ['s3://id:pw@host/bucket?tls=yes&key=K'],
])('the store URL %s is refused', ([url = '']) => {
  const text = url.replaceAll('=K', `=${'k'.repeat(32)}`)
  expect(() => parseStoreUrl(text)).toThrow(expect.objectContaining({ code: 'OBJECTS_URL_INVALID' }))
})
