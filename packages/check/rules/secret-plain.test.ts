import { expect, test } from 'vitest'
import { findingsOf } from '../testing.ts'

test.for([
  {
    code: 'SECRET_PLAIN',
    says: 'what comes from outside is none',
    count: 0,
    yaml: `services:
  a: { run: { command: a }, environment: { DB_PASSWORD: "\${PW}", URL: "postgresql://u:\${PW}@h/d", TOKEN: "Bearer \${T}" } }
`,
  },
  {
    code: 'SECRET_PLAIN',
    says: 'a file that holds it is none',
    count: 0,
    yaml: `services:
  a: { run: { command: a }, environment: { API_KEY: /run/secrets/key, TLS_KEY: ./key.pem, DB_PASSWORD: "" } }
`,
  },
  {
    code: 'SECRET_PLAIN',
    says: 'a public key and a key of a table are none',
    count: 0,
    yaml: `services:
  a: { run: { command: a }, environment: { JWT_PUBLIC_KEY: abc, SORT_KEY: id, MONKEY: x, TOKEN_TTL: 600, ACCESS_TOKEN: 600s, USE_TOKEN: "true" } }
`,
  },
  {
    code: 'SECRET_PLAIN',
    says: 'a user without a password is none',
    count: 0,
    yaml: `services:
  a: { run: { command: a }, environment: { URL: "postgresql://user@db:5432/d", MAIL: "a:b@example.com" } }
`,
  },
  {
    code: 'SECRET_PLAIN',
    says: 'names of every writing are understood',
    count: 5,
    yaml: `services:
  a: { run: { command: a }, environment: { adminPassword: x, DB_PASSWD: y, JWT_SECRET: z, API_KEY: k, AUTH_TOKEN: t } }
`,
  },
  {
    code: 'SECRET_PLAIN',
    says: 'a number can be a password',
    count: 2,
    yaml: `services:
  a: { run: { command: a }, environment: { DB_PASSWORD: 1234 }, settings: { x: { admin_password: 1234 } } }
`,
  },
  {
    code: 'SECRET_PLAIN',
    says: 'arguments hold secrets too',
    count: 2,
    yaml: `services:
  a: { run: { command: a, args: [--requirepass, hunter2, --token=abc, --port, "1", --password, "\${PW}"] } }
`,
  },
  {
    code: 'SECRET_PLAIN',
    says: 'keys of LiveKit are secrets by their place',
    count: 1,
    yaml: `services:
  a: { run: { command: a }, settings: { livekit: { keys: { devkey: abcdef, other: "\${KEY}" } } } }
`,
  },
  {
    code: 'SECRET_PLAIN',
    says: 'an external address may carry one',
    count: 1,
    yaml: `services:
  a: { run: { external: "postgresql://u:pw@db.example.com/d" } }
`,
  },
  {
    code: 'SECRET_PLAIN',
    says: 'what Portolan makes itself is none',
    count: 0,
    yaml: `services:
  a: { run: { command: a }, environment: { SERVICE_KEY: "{secret:service-key}" } }
`,
  },
])('$code: $says', ({ code, yaml, count }) => {
  expect(findingsOf(code, yaml)).toHaveLength(count)
})

test('the secret itself is in no message', () => {
  const yaml =
    'services:\n  a:\n    run: { command: a, args: [--password, hunter2] }\n    environment: { DB: "postgresql://u:hunter2@h/d", KEY: hunter2 }\n    settings: { x: { secret: hunter2 } }\n'
  const findings = findingsOf('SECRET_PLAIN', yaml)
  expect(findings).toHaveLength(4)
  expect(JSON.stringify(findings)).not.toContain('hunter2')
})

test('a long text is searched in one pass', () => {
  const long = 'A'.repeat(200_000)
  expect(findingsOf('SECRET_PLAIN', `services:\n  a: { run: { external: ${long} } }\n`)).toEqual([])
  expect(findingsOf('SECRET_PLAIN', `services:\n  a: { run: { external: "${long}://u:pw@h" } }\n`)).toHaveLength(1)
})
