import { parseStack, resolveStack } from '@portolan/stack'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatDraft, nameFrom } from './draft-stack.ts'

test.for([
  ['Team Board', 'team-board'],
  ['@acme/web', 'acme-web'],
  ['2024-plan', 'plan'],
  ['한글', 'fallback'],
  ['gateway', 'gateway-2'],
  ['node', 'node-2'],
  ['a'.repeat(80), 'a'.repeat(36)],
] as const)('"%s" is called %s', ([text, name]) => {
  expect(nameFrom(text, { fallback: 'fallback', taken: ['node'] })).toBe(name)
})

test('whatever it is made from, a name is one that a stack file takes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(nameFrom(text, { fallback: 'x', taken: ['a', 'b', 'x'] })).toMatch(/^[a-z][a-z0-9-]{0,39}$/)
    }),
  )
})

test('whatever its arguments are, a draft reads back as they were', () => {
  const words = fc
    .string({ unit: 'grapheme-ascii', minLength: 1 })
    .filter((text) => !text.includes('{') && !text.includes('$'))
  fc.assert(
    fc.property(fc.array(words), (args) => {
      const text = formatDraft({
        name: 'a',
        schema: 'portolan.schema.json',
        gatewayPort: 3000,
        services: [
          {
            name: 'web',
            comment: 'One line.',
            run: { kind: 'command', command: 'node', args },
            ports: [{ name: 'http', port: 8000 }],
            routes: ['/'],
          },
        ],
      })
      const { services } = resolveStack(parseStack(text, 'portolan.yaml'), { values: {} })
      expect(services[0]?.run).toMatchObject({ command: 'node', args })
    }),
  )
})
