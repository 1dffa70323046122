import { expect, test } from 'vitest'
import { findingsOf } from '../testing.ts'

test.for([
  {
    code: 'BROWSER_REFUSED',
    says: 'an internal port is refused by fetch in Node',
    count: 1,
    yaml: `services:
  a: { run: { command: a }, ports: { http: 6000 } }
`,
  },
  {
    code: 'BROWSER_REFUSED',
    says: 'a public port that is not for browsers as well',
    count: 0,
    yaml: `services:
  a: { run: { command: a }, ports: { x: { port: 5060, reach: public, speaks: turn } } }
`,
  },
  {
    code: 'BROWSER_REFUSED',
    says: 'what is published is what browsers meet',
    count: 0,
    yaml: `services:
  a: { run: { container: a }, ports: { http: { port: 6000, publish: 8000, reach: public } } }
`,
  },
  {
    code: 'BROWSER_REFUSED',
    says: 'a public WebSocket is for browsers',
    count: 1,
    yaml: `services:
  a: { run: { command: a }, ports: { x: { port: 6666, reach: public, speaks: websocket } } }
`,
  },
])('$code: $says', ({ code, yaml, count }) => {
  expect(findingsOf(code, yaml)).toHaveLength(count)
})
