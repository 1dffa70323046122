import { expect, test } from 'vitest'
import { maskedLine } from './masked-line.ts'

test.for([
  ['  DB_PASSWORD: hunter4', '  DB_PASSWORD: …'],
  ['  DB_PASSWORD: hunter4 and, more # a comment', '  DB_PASSWORD: … # a comment'],
  ['  DB_PASSWORD: hunter4, URL: "${URL}" }', '  DB_PASSWORD: …'],
  ['  "token": "hunter4 \\" hunter4", a: b', '  "token": …, a: b'],
  ["  'token': 'hunter4'", "  'token': …"],
  ['a: { adminPassword: hunter4, port: 1 }', 'a: { adminPassword: …, port: 1 }'],
  ['args: [--requirepass, hunter4, --port, "1"]', 'args: [--requirepass, …, --port, "1"]'],
  ['args: ["--requirepass", "hunter4"]', 'args: ["--requirepass", …]'],
  ["args: ['--password=hunter4,hunter4']", "args: ['--password=…']"],
  ['- --token=hunter4', '- --token=…'],
  ['command: redis-server --requirepass hunter4', 'command: redis-server --requirepass …'],
  ['external: postgres://u:hunter4@db', 'external: postgres://u:…@db'],
  ['external: "1.x://u:hunter4@db,redis://:hunter4@db"', 'external: "1.x://u:…@db,redis://:…@db"'],
] as const)('%s is shown as %s', ([line, shown]) => {
  expect(maskedLine(line, 1).text).toBe(shown)
})

test.for([
  'services: { token: { run: { command: a } } }',
  '  DB_PASSWORD: "${PW}"',
  'a: { DB_PASSWORD: ${PW}, port: 1 }',
  '  API_KEY: /run/secrets/key',
  '  DB_PASSWORD: |',
  '  url: postgres://u:${PW}@db',
  '  TOKEN_TTL: 600',
])('%s holds no secret and is shown as it is', (line) => {
  expect(maskedLine(line, 1).text).toBe(line)
})

test('a value that is known by its place alone is masked there', () => {
  const line = 'livekit: { keys: { devkey: "hunter4, hunter4" } }'
  for (const place of ['devkey', '"hunter4']) {
    expect(maskedLine(line, 1, [line.indexOf(place) + 1]).text).toBe('livekit: { keys: { devkey: … } }')
  }
})

test('the column moves with what was taken out before it', () => {
  const line = 'a: { token: hunter4, port: 99 }'
  expect(maskedLine(line, line.indexOf('99') + 1).before).toBe('a: { token: …, port: ')
  expect(maskedLine(line, line.indexOf('unter4') + 1).before).toBe('a: { token: ')
  expect(maskedLine(line, 4).before).toBe('a: ')
})
