import { parseStack, resolveStack } from '@portolan/stack'
import { expect, test } from 'vitest'
import { gatewayConfiguration } from './gateway-runner.ts'

function configurationOf(patternHost: string, ports = '{ http: 3000 }') {
  const text = `
stack: hub
gateway: { ports: ${ports}, patternHost: ${patternHost} }
services:
  plane: { run: { module: plane.ts }, ports: { http: 7000 } }
`
  return gatewayConfiguration(resolveStack(parseStack(text, 'portolan.yaml'), { values: {} }), {
    stackFolder: '/stack',
    dataFolder: '/data',
  })
}

test('the services of a pattern host are named by where they are, and the platform is the domain itself', () => {
  const { patternHost, domains } = configurationOf(
    '{ domain: hub.localhost, auth: plane, directory: { service: plane, path: /of }, deny: [8089], allow: [9229] }',
  )
  expect(patternHost).toMatchObject({
    domain: 'hub.localhost',
    platformOrigin: 'http://hub.localhost:3000',
    signInPath: '/sign-in',
    authUrl: 'http://127.0.0.1:7000',
    directory: { kind: 'http', url: 'http://127.0.0.1:7000/of/', service: 'plane' },
    sharing: { unlessSaid: 'owner', most: 'public' },
  })
  expect(patternHost?.deniedPorts).toContain(8089)
  expect(patternHost?.deniedPorts).not.toContain(9229)
  expect(domains).toEqual(['hub.localhost'])
})

test('what is listed is a table, and a platform of its own is one that the gateway answers to', () => {
  const { patternHost, domains } = configurationOf(
    '{ domain: ws.example.net, platform: "https://hub.example.com", auth: plane, workspaces: { alpha: { local: true } } }',
  )
  expect(patternHost?.directory).toEqual({ kind: 'table', workspaces: { alpha: { local: true } } })
  expect(patternHost?.platformOrigin).toBe('https://hub.example.com')
  expect(domains).toEqual(['hub.example.com'])
})
