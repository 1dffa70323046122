import { expect, test } from 'vitest'
import { findingsOf } from '../testing.ts'

test.for([
  {
    code: 'BROWSER_ADDRESS_INTERNAL',
    says: 'variables of servers may name what they like',
    count: 0,
    yaml: `services:
  p: { run: { command: p }, ports: { http: 1 } }
  a: { run: { command: a }, environment: { API_URL: "http://p:1" } }
`,
  },
  {
    code: 'BROWSER_ADDRESS_INTERNAL',
    says: 'a path of the gateway and an outside address are fine',
    count: 0,
    yaml: `services:
  a: { run: { command: a }, environment: { VITE_API: /api, VITE_CDN: "https://cdn.example.com:8443" } }
`,
  },
  {
    code: 'BROWSER_ADDRESS_INTERNAL',
    says: 'a reference to an internal port is internal',
    count: 1,
    yaml: `services:
  p: { run: { command: p }, ports: { http: 1 } }
  a: { run: { command: a }, environment: { NEXT_PUBLIC_API: "{url:p}" } }
`,
  },
  {
    code: 'BROWSER_ADDRESS_INTERNAL',
    says: 'the gateway is for everybody',
    count: 0,
    yaml: `gateway: { ports: { http: 8080 } }
services:
  a: { run: { command: a }, environment: { VITE_API: "{url:gateway}" } }
`,
  },
  {
    code: 'BROWSER_ADDRESS_INTERNAL',
    says: 'localhost with a public port works for whoever develops',
    count: 0,
    yaml: `services:
  p: { run: { command: p }, ports: { http: { port: 8000, reach: public } } }
  a: { run: { command: a }, environment: { VITE_API: "http://localhost:8000" } }
`,
  },
  {
    code: 'BROWSER_ADDRESS_INTERNAL',
    says: 'localhost with an internal port is a warning',
    count: 1,
    yaml: `services:
  p: { run: { command: p }, ports: { http: 8000 } }
  a: { run: { command: a }, environment: { VITE_API: "http://localhost:8000" } }
`,
  },
])('$code: $says', ({ code, yaml, count }) => {
  expect(findingsOf(code, yaml)).toHaveLength(count)
})
