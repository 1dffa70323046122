import { expect, test } from 'vitest'
import { findingsOf } from '../testing.ts'

const found = (yaml: string) => findingsOf('START_UNSUPPORTED', yaml)

test('all containers are one finding, at the first of them', () => {
  const services = 'a: { run: { command: a } }, b: { run: { container: "b:1" } }, c: { run: { container: "c:1" } }'
  expect(found(`services: { ${services} }\n`)).toMatchObject([{ message: expect.stringContaining('"b" is to run') }])
})

test('a gateway in a container is one as well', () => {
  expect(found('gateway: { run: { container: nginx }, ports: { https: 443 } }\n')).toMatchObject([
    { message: expect.stringContaining('"gateway" is to run') },
  ])
})

test('the own gateway speaks https by a certificate; another program has its own', () => {
  expect(found('gateway: { ports: { http: 80, https: 443 } }\n')).toMatchObject([
    { message: expect.stringContaining('"https: null"') },
  ])
  const tls = 'tls: { certificates: [{ certificate: a.pem, key: a.key }] }'
  expect(found(`gateway: { ports: { http: 80, https: 443 }, ${tls} }\n`)).toEqual([])
  expect(found('gateway: { run: { command: caddy }, ports: { https: 443 } }\n')).toEqual([])
})
