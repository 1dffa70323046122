import { listOperations, OPERATIONS } from '@portolan/operations'
import { expect, test } from 'vitest'
import { fieldsOf } from './operation-fields.ts'
import { givenValue } from './operation-options.ts'

const field = (name: keyof typeof OPERATIONS, of: string) => {
  const found = fieldsOf(OPERATIONS[name]).find((one) => one.name === of)
  if (found === undefined) throw new Error(`${name} has no ${of}`)
  return found
}

test.for([
  ['port_allocate', 'leaseMs', { kind: 'duration', word: 'lease' }],
  ['port_allocate', 'evenIfUnknown', { kind: 'flag', word: 'even-if-unknown' }],
  ['port_allocate', 'labels', { kind: 'labels', word: 'label' }],
  ['port_allocate', 'shape', { kind: 'choice', choices: ['pair', 'single', 'range'] }],
  ['port_allocate', 'kind', { kind: 'text', standard: 'app' }],
  ['port_list', 'limit', { kind: 'integer', standard: '100' }],
  ['slot_promote', 'graceMs', { kind: 'duration', word: 'grace', standard: '60m' }],
  ['key_create', 'projects', { kind: 'list', word: 'project', isRequired: true }],
  ['host_declare', 'addresses', { kind: 'list', word: 'address' }],
  ['band_declare', 'bands', { kind: 'json', word: 'bands' }],
] as const)('%s takes %s', ([operation, name, expected]) => {
  expect(field(operation, name)).toMatchObject(expected)
})

test('what is given becomes what the operation takes', () => {
  expect(givenValue(field('port_allocate', 'leaseMs'), '8h')).toBe(28_800_000)
  expect(givenValue(field('slot_promote', 'graceMs'), '0')).toBe(0)
  expect(givenValue(field('port_allocate', 'labels'), ['team=search', 'a=b=c'])).toEqual({ team: 'search', a: 'b=c' })
  expect(givenValue(field('port_list', 'limit'), '20')).toBe(20)
  expect(() => givenValue(field('port_list', 'limit'), 'all')).toThrow(expect.objectContaining({ code: 'CLI_USAGE' }))
  expect(() => givenValue(field('port_allocate', 'leaseMs'), '8 hours')).toThrow('--lease takes a time such as')
})

test('every operation has one option a field, and no word twice', () => {
  for (const operation of listOperations()) {
    const words = fieldsOf(operation).map(({ word }) => word)
    expect([operation.name, new Set(words).size]).toEqual([operation.name, words.length])
    expect(words).not.toContain('json')
  }
})
