import { expect, test } from 'vitest'
import { engineOf } from './slot-homes.ts'

const environment = { SSH_AUTH_SOCK: '/run/agent.sock', USER: 'portolan' }

test.for([
  ['/run/docker.sock', { type: 'socket', path: '/run/docker.sock' }, undefined],
  ['unix:///run/docker.sock', { type: 'socket', path: '/run/docker.sock' }, undefined],
  ['tcp://192.0.2.1:2376', { type: 'tcp', host: '192.0.2.1', port: 2376 }, '192.0.2.1'],
  ['tcp://[2001:db8::1]', { type: 'tcp', host: '2001:db8::1', port: 2375 }, '2001:db8::1'],
  [
    'ssh://deploy@seoul-1.example.com',
    { type: 'stream', place: 'docker on seoul-1.example.com' },
    'seoul-1.example.com',
  ],
  [
    'ssh://deploy@seoul-1.example.com:2222/run/podman/podman.sock',
    { type: 'stream', place: '/run/podman/podman.sock on seoul-1.example.com' },
    'seoul-1.example.com',
  ],
] as const)('the engine %s', async ([text, address, hostAddress]) => {
  await using engine = engineOf(text, { environment })
  expect(engine).toMatchObject({ address })
  expect(engine.hostAddress).toBe(hostAddress)
})

test.for(['docker', 'http://192.0.2.1', ''])('"%s" is no engine', (text) => {
  expect(() => engineOf(text, { environment })).toThrow(expect.objectContaining({ code: 'CLI_USAGE' }))
})

test('over SSH there has to be something to sign in with', () => {
  expect(() => engineOf('ssh://seoul-1.example.com', { environment: {} })).toThrow('SSH_AUTH_SOCK')
})
