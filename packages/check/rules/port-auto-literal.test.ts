import { parseStack } from '@portolan/stack'
import { expect, test } from 'vitest'
import { checkStack } from '../check-stack.ts'
import { compareStacks } from '../compare-stacks.ts'
import { findingsOf } from '../testing.ts'

const codesIn = (yaml: string) =>
  checkStack(parseStack(`stack: test\n${yaml}`, 'portolan.yaml')).map(({ code }) => code)

test('ports without a number collide with nothing, and no rule falls over them', () => {
  const yaml = `
gateway: { ports: { http: auto } }
hosts: { local: { open: [443/tcp], ephemeral: 32768-60999 } }
services:
  web:
    run: { command: serve }
    ports: { http: auto, sql: { port: auto, reach: loopback }, media: { range: auto, size: 20, transport: udp } }
    routes: [{ path: /, port: http }]
    health: { port: http }
  api:
    run: { command: serve }
    ports: { http: auto, media: { range: auto, size: 20, transport: udp, speaks: [rtp], capacity: { participants: 100 } } }
    routes: [/api]
    needs: { web: { port: http } }
    environment: { WEB: "{url:web}", VITE_API: "http://web:8000" }
`
  expect(codesIn(yaml)).toEqual([
    'PORT_AUTO_LITERAL', // the gateway is public, and the firewall names numbers
    'CAPACITY_EXCEEDED', // 20 ports are 20 ports, wherever they come to lie
    'ADDRESS_UNSERVED',
    'BROWSER_ADDRESS_INTERNAL',
  ])
})

test('what LiveKit is set to in numbers is said to need one, and nothing is made up about it', () => {
  const yaml = `
services:
  livekit:
    run: { command: livekit-server }
    ports: { signal: auto, turn: { port: auto, transport: udp, speaks: turn } }
    settings: { livekit: { port: 7880, turn: { enabled: true, udp_port: 3478 } } }
`
  expect(codesIn(yaml)).toEqual(['PORT_AUTO_LITERAL', 'PORT_AUTO_LITERAL'])
  expect(findingsOf('PORT_AUTO_LITERAL', yaml)[0]?.message).toContain('"settings.livekit"')
})

test('a note is all that a public auto port on a host with a firewall gets, and internal ones not even that', () => {
  const host = (port: string) => `
hosts: { edge: { open: [7880/tcp], forwards: [{ from: 443/tcp, to: 443 }] } }
services: { live: { host: edge, run: { command: live }, ports: { signal: ${port} } } }
`
  expect(codesIn(host('{ port: auto, reach: public }'))).toEqual(['PORT_AUTO_LITERAL'])
  expect(codesIn(host('auto'))).toEqual([])
})

test('a number in one file and auto in the other contradict nobody', () => {
  const file = (port: string, name: string) =>
    parseStack(`stack: shop\nservices: { web: { run: { command: serve }, ports: { http: ${port} } } }\n`, name)
  expect(compareStacks(file('auto', 'a.yaml'), file('8000', 'b.yaml'))).toEqual([])
  expect(compareStacks(file('8000', 'a.yaml'), file('auto', 'b.yaml'))).toEqual([])
})

test('a health check by number is never known to ask an auto port', () => {
  const yaml = 'services: { web: { run: { command: serve }, ports: { http: auto }, health: { port: 8000 } } }'
  expect(codesIn(yaml)).toEqual(['HEALTH_PORT_UNSERVED'])
})
