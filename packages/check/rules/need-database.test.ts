import { expect, test } from 'vitest'
import { findingsOf } from '../testing.ts'

const POSTGRES = 'postgres: { run: { embedded: postgres }, ports: { sql: 5432 } }'

test.for([
  ['a database is named', `${POSTGRES}, a: { run: { command: a }, needs: { postgres: { database: a_db } } }`, 0],
  ['none is named', `${POSTGRES}, a-b: { run: { command: a }, needs: { postgres: { keeps: [records] } } }`, 1],
  [
    'others run it',
    'db: { run: { external: "db.example.com:5432" }, ports: { sql: 5432 } }, a: { run: { command: a }, needs: { db: {} } }',
    0,
  ],
  ['the bus has a database', `${POSTGRES}, bus: { run: { embedded: bus }, needs: { postgres: { database: b } } }`, 0],
  ['the bus names none', `${POSTGRES}, bus: { run: { embedded: bus }, needs: { postgres: {} } }`, 1],
  ['the bus needs nothing', `${POSTGRES}, bus: { run: { embedded: bus } }`, 1],
] as const)('NEED_DATABASE_MISSING: %s', ([, services, count]) => {
  expect(findingsOf('NEED_DATABASE_MISSING', `services: { ${services} }\n`)).toHaveLength(count)
})

test('the database that it offers is one that PostgreSQL takes', () => {
  const yaml = `services: { ${POSTGRES}, a-b: { run: { command: a }, needs: { postgres: {} } } }\n`
  expect(findingsOf('NEED_DATABASE_MISSING', yaml)[0]?.message).toContain('postgres: { database: a_b_db }')
})
