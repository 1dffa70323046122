import { expect, test } from 'vitest'
import { findingsOf } from '../testing.ts'

test.for([
  {
    code: 'ADDRESS_LITERAL',
    says: 'a reference is no literal',
    count: 0,
    yaml: `services:
  p: { run: { command: p }, ports: { sql: 5432 } }
  a: { run: { command: a }, environment: { DB: "{url:p}", PORT_OF_P: "{port:p.sql}" } }
`,
  },
  {
    code: 'ADDRESS_LITERAL',
    says: 'somebody else’s address is not ours',
    count: 0,
    yaml: `services:
  p: { run: { command: p }, ports: { sql: 5432 } }
  a: { run: { command: a }, environment: { DB: "db.example.com:5432", OTHER: "my-p:5432", TIME: "12:30" } }
`,
  },
  {
    code: 'ADDRESS_LITERAL',
    says: 'an image tag is no port',
    count: 0,
    yaml: `services:
  p: { run: { command: p }, ports: { sql: 17 } }
  a: { run: { command: a }, environment: { IMAGE: "p:17-alpine", OTHER: "p:17.2" } }
`,
  },
  {
    code: 'ADDRESS_LITERAL',
    says: 'localhost with a number that nobody declares is left alone',
    count: 0,
    yaml: `services:
  a: { run: { command: a }, ports: { x: 8000 }, environment: { OTHER: "http://localhost:9999" } }
`,
  },
  {
    code: 'ADDRESS_LITERAL',
    says: 'localhost with a declared number is a literal',
    count: 1,
    yaml: `services:
  a: { run: { command: a }, ports: { x: 8000 }, environment: { SELF: "http://127.0.0.1:8000/x" } }
`,
  },
  {
    code: 'ADDRESS_LITERAL',
    says: 'a number in a variable called PORT is its own port by hand',
    count: 1,
    yaml: `services:
  a: { run: { command: a }, ports: { http: 8000 }, environment: { PORT: 8000 } }
`,
  },
  {
    code: 'ADDRESS_LITERAL',
    says: 'the number of something that is needed as well',
    count: 1,
    yaml: `services:
  p: { run: { command: p }, ports: { sql: 5432 } }
  a: { run: { command: a }, needs: { p: {} }, environment: { DB_PORT: 5432 } }
`,
  },
  {
    code: 'ADDRESS_LITERAL',
    says: 'other numbers are just numbers',
    count: 0,
    yaml: `services:
  a: { run: { command: a }, ports: { http: 8000 }, environment: { PORT: 9000, LIMIT: 8000 } }
`,
  },
  {
    code: 'ADDRESS_LITERAL',
    says: 'arguments count, settings do not: nothing is filled in there',
    count: 1,
    yaml: `services:
  p: { run: { command: p }, ports: { sql: 5432 } }
  a: { run: { command: a, args: ["--db=p:5432"] }, settings: { x: { db: "p:5432" } } }
`,
  },
  {
    code: 'ADDRESS_UNSERVED',
    says: 'a number of a range is served',
    count: 0,
    yaml: `services:
  p: { run: { command: p }, ports: { x: 10-20 } }
  a: { run: { command: a }, environment: { P: "p:15" } }
`,
  },
  {
    code: 'ADDRESS_UNSERVED',
    says: 'another number is not, in settings neither',
    count: 1,
    yaml: `services:
  p: { run: { command: p }, ports: { x: 10 } }
  a: { run: { command: a }, settings: { x: { p: "http://p:11" } } }
`,
  },
  {
    code: 'ADDRESS_UNSERVED',
    says: 'a password with digits is no address',
    count: 0,
    yaml: `services:
  p: { run: { command: p }, ports: { sql: 5432 } }
  a: { run: { command: a }, environment: { DB: "postgresql://p:12345@p:5432/db" } }
`,
  },
])('$code: $says', ({ code, yaml, count }) => {
  expect(findingsOf(code, yaml)).toHaveLength(count)
})
