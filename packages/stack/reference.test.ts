import { expect, test } from 'vitest'
import { fillReferences, type Reference } from './reference.ts'
import { faultsIn, placesIn, resolveText, serviceNamed } from './testing.ts'

const withArgument = (argument: string) => `
stack: a
gateway: { ports: { http: 3000 } }
services:
  livekit:
    run: { command: livekit-server, args: [${JSON.stringify(argument)}] }
    ports: { signal: { port: 7880 }, turn: 3478 }
  video: { run: { command: video }, ports: { metrics: 9000, http: 8004 } }
`
function addressing(reference: Reference): string {
  if (reference.kind === 'secret') return `secret=${reference.name}`
  const { kind, service, port } = reference
  return `${kind}=${service.name}.${port.name}:${port.range.first}`
}

test.for([
  ['{port:signal}', 'port=livekit.signal:7880'],
  ['--port={port:turn}', '--port=port=livekit.turn:3478'],
  ['{port:video.http}', 'port=video.http:8004'],
  ['{url:video}', 'url=video.http:8004'],
  ['{url:video.metrics}', 'url=video.metrics:9000'],
  ['{url:gateway}', 'url=gateway.http:3000'],
  ['{render:livekit} {"port": 1} {}', '{render:livekit} {"port": 1} {}'],
] as const)('%s is filled in as %s', ([written, filled]) => {
  const stack = resolveText(withArgument(written))
  const self = serviceNamed(stack, 'livekit')
  const services = [...(stack.gateway === undefined ? [] : [stack.gateway]), ...stack.services]
  expect(fillReferences(written, { self, services, addressing })).toBe(filled)
})

test.for([
  ['{port:signl}', 'livekit.signal'],
  ['{port:video.htp}', 'video.http'],
  ['{port:Signal}', 'livekit.signal'],
  ['{url:vidio.http}', 'video.http'],
  ['{url:nothing-like-it}', undefined],
  ['{port:}', undefined],
  ['{port:video.http.more}', 'video.http'],
] as const)('%s leads nowhere, which is a fault where it is written', ([written, nearest]) => {
  expect(placesIn(withArgument(written))).toEqual(['6:44 STACK_REFERENCE_UNKNOWN'])
  expect(faultsIn(withArgument(written))[0]?.nearest).toBe(nearest)
})

test('a variable’s reference is looked at as well', () => {
  const text = 'stack: a\nservices: { b: { run: { command: x }, environment: { URL: "{url:c}" } } }\n'
  expect(placesIn(text)).toEqual(['2:54 STACK_REFERENCE_UNKNOWN'])
})

const withVariable = (text: string) => `
stack: a
services:
  auth: { run: { command: auth }, environment: { SERVICE_KEY: ${JSON.stringify(text)} } }
`

test('a secret of the stack is named in an environment variable', () => {
  const stack = resolveText(withVariable('{secret:service-key}'))
  const self = serviceNamed(stack, 'auth')
  const text = self.environment.SERVICE_KEY ?? ''
  expect(fillReferences(text, { self, services: stack.services, addressing })).toBe('secret=service-key')
})

test.for(['{secret:}', '{secret:Key}', '{secret:a.b}'])('%s names no secret', (written) => {
  expect(faultsIn(withVariable(written))).toMatchObject([{ code: 'STACK_REFERENCE_UNKNOWN' }])
})

test('a secret cannot be an argument, which every user of the machine can read', () => {
  expect(faultsIn(withArgument('{secret:key}'))).toMatchObject([{ code: 'STACK_VALUE_INVALID', line: 6 }])
})
