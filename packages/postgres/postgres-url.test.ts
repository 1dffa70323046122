import fc from 'fast-check'
import { expect, test } from 'vitest'
import { databaseUrl, formatPostgresUrl, type PostgresUrl, parsePostgresUrl, TLS_MODES } from './postgres-url.ts'

test.for([
  [
    'postgres://u:p@db.example.com/shop',
    { host: 'db.example.com', port: 5432, user: 'u', password: 'p', database: 'shop' },
  ],
  ['postgresql://u@[2001:db8::1]:6432/x', { host: '2001:db8::1', port: 6432, user: 'u', password: '', database: 'x' }],
  ['postgres://u:%40%2F%3A@192.0.2.7/x', { host: '192.0.2.7', port: 5432, user: 'u', password: '@/:', database: 'x' }],
  ['postgres://u:p@h', { host: 'h', port: 5432, user: 'u', password: 'p', database: 'u' }],
] as const)('%s is read', ([text, expected]) => {
  expect(parsePostgresUrl(text)).toEqual(expected)
})

test.for([
  ['', 'not a URL'],
  ['mysql://u:p@h/d', 'scheme is "mysql"'],
  ['postgres:///d', 'no host'],
  ['postgres://h/d', 'no role'],
  ['postgres://u:p@h:99999/d', 'not a URL'],
  ['postgres://u:p@h:0/d', 'port 0'],
  ['postgres://u:100%@h/d', 'password has a "%"'],
  ['postgres://u:p@h/d#x', '"#"'],
  ['postgres://u:p@h/d?sslmode=maybe', 'sslmode "maybe"'],
  ['postgres://u:p@h/d?ssl=true', '"ssl" is not among'],
] as const)('%s is refused because of %s', ([text, reason]) => {
  expect(() => parsePostgresUrl(text)).toThrow(
    expect.objectContaining({ code: 'POSTGRES_URL_INVALID', message: expect.stringContaining(reason) }),
  )
})

test('no error about a URL quotes its password', () => {
  for (const text of [
    'postgres://u:sec%ret@h/d',
    'mysql://u:sec-ret@h/d',
    'postgres://u:sec#ret@h/d',
    'u:sec-ret@h/d',
  ]) {
    expect(() => parsePostgresUrl(text)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('sec') }),
    )
  }
})

const url: fc.Arbitrary<PostgresUrl> = fc.record(
  {
    host: fc.constantFrom('localhost', 'db_1.example.com', '192.0.2.1', '2001:db8::5'),
    port: fc.integer({ min: 1, max: 65_535 }),
    database: fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !/^\.\.?$/.test(text)),
    user: fc.string({ minLength: 1, unit: 'grapheme' }),
    password: fc.string({ unit: 'grapheme' }),
    tlsMode: fc.constantFrom(...TLS_MODES),
    tlsAuthorityFile: fc.string({ minLength: 1 }),
    applicationName: fc.string({ minLength: 1 }),
  },
  { requiredKeys: ['host', 'port', 'database', 'user', 'password'] },
)

test('what is formatted is read as the same value', () => {
  fc.assert(
    fc.property(url, (value) => {
      expect(parsePostgresUrl(formatPostgresUrl(value))).toEqual(value)
    }),
  )
})

test("a service's URL keeps the server and its transport security, and nothing else of the administrator's", () => {
  const admin = 'postgres://admin:top@db.example.com:6432/postgres?sslmode=verify-full&application_name=up'
  const declared = { database: 'board_db', role: 'board_user', password: 'p@ss' }
  expect(databaseUrl(admin, declared)).toBe(
    'postgres://board_user:p%40ss@db.example.com:6432/board_db?sslmode=verify-full',
  )
})
