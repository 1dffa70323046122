import { parseStack, resolveStack } from '@portolan/stack'
import { expect, test } from 'vitest'
import { gatewayConfiguration } from './gateway-runner.ts'

const PLACES = { stackFolder: '/stack', dataFolder: '/data' }

function configurationOf(gateway: string) {
  const stack = resolveStack(parseStack(`stack: shop\ngateway: ${gateway}\n`, 'portolan.yaml'), { values: {} })
  return gatewayConfiguration(stack, PLACES)
}

test('the port that speaks https is encrypted, by files from the folder of the stack', () => {
  const { listeners, tls } = configurationOf(`
  ports: { http: 8080, https: 8443 }
  tls:
    certificates: [{ certificate: tls/shop.pem, key: /etc/tls/shop.key }]
    hsts: { maxAgeSeconds: 60 }
    redirect: true`)
  expect(listeners.map(({ name, tls: isEncrypted }) => [name, isEncrypted])).toEqual([
    ['http', undefined],
    ['https', true],
  ])
  expect(tls).toEqual({
    certificates: [{ certificate: '/stack/tls/shop.pem', key: '/etc/tls/shop.key' }],
    minimumVersion: 'TLSv1.2',
    hsts: { maxAgeSeconds: 60, includesSubdomains: false },
    redirectToPort: 8443,
  })
})

test('certificates are ordered for the declared domains, and kept in the data folder', () => {
  const { tls } = configurationOf(`
  ports: { http: 80, https: 443 }
  domains: [shop.example.com, "*.preview.example.com"]
  tls: { acme: { directory: "https://issuer.example.com/directory", email: shop@example.com } }`)
  expect(tls?.acme).toEqual({
    directory: 'https://issuer.example.com/directory',
    folder: '/data/acme',
    names: ['shop.example.com'],
    email: 'shop@example.com',
  })
})

test.for([
  ['{ ports: { https: 443 } }', /there is no certificate for it/],
  ['{ ports: { https: 443 }, tls: { redirect: true } }', /there is no certificate for it/],
  [
    '{ ports: { https: 443 }, tls: { acme: { directory: "https://a.example" } } }',
    /no name to order a certificate for/,
  ],
] as const)('%s starts nothing, and says why', ([gateway, reason]) => {
  expect(() => configurationOf(gateway)).toThrow(
    expect.objectContaining({ code: 'SUPERVISE_NEED_UNSUPPORTED', message: expect.stringMatching(reason) }),
  )
})

test('without such a port nothing is encrypted, whatever else is said', () => {
  expect(configurationOf('{ ports: { http: 80 }, tls: { redirect: true } }')).not.toHaveProperty('tls')
})
