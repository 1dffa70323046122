import { expect, test } from 'vitest'
import { findingsOf } from '../testing.ts'

test.for([
  {
    code: 'KEPT_EVICTED',
    says: 'a cache may be evicted',
    count: 0,
    yaml: `services:
  redis: { run: { container: redis }, settings: { redis: { maxmemory-policy: allkeys-lru } } }
  a: { run: { command: a }, needs: { redis: { keeps: [cache, presence, messages, counters] } } }
`,
  },
  {
    code: 'KEPT_EVICTED',
    says: 'noeviction takes nothing',
    count: 0,
    yaml: `services:
  redis: { run: { container: redis }, settings: { redis: { maxmemory-policy: noeviction } } }
  a: { run: { command: a }, needs: { redis: { keeps: [tokens] } } }
`,
  },
  {
    code: 'KEPT_EVICTED',
    says: 'a Redis that says nothing is left alone',
    count: 0,
    yaml: `services:
  redis: { run: { command: redis },  }
  a: { run: { command: a }, needs: { redis: { keeps: [tokens] } } }
`,
  },
  {
    code: 'KEPT_EVICTED',
    says: 'the policy may be an argument',
    count: 1,
    yaml: `services:
  redis: { run: { container: redis, args: ["--maxmemory-policy", allkeys-lfu] } }
  a: { run: { command: a }, needs: { redis: { keeps: [sessions] } } }
`,
  },
])('$code: $says', ({ code, yaml, count }) => {
  expect(findingsOf(code, yaml)).toHaveLength(count)
})

test('a policy that takes keys with an expiry alone is a warning', () => {
  const yaml =
    'services:\n  redis: { run: { command: redis }, settings: { redis: { maxmemory-policy: volatile-lru } } }\n  a: { run: { command: a }, needs: { redis: { keeps: [tokens] } } }\n'
  expect(findingsOf('KEPT_EVICTED', yaml)).toMatchObject([{ severity: 'warning', line: 4 }])
})
