import fc from 'fast-check'
import { expect, test } from 'vitest'
import { interpolate, type OutsideValues } from './interpolation.ts'
import { faultsIn, resolveText } from './testing.ts'

const at = { file: 'f', line: 3, column: 7 }
const fill = (value: string, values: OutsideValues) => {
  const { root, faults } = interpolate({ kind: 'scalar', at, value }, values)
  return { value: root.kind === 'scalar' ? root.value : undefined, faults }
}

test.for([
  ['${HOST}', 'db.example.com'],
  ['${HOST}:5432', 'db.example.com:5432'],
  ['${HOST}${HOST}', 'db.example.comdb.example.com'],
  ['${EMPTY}', ''],
  ['$${HOST}', '${HOST}'],
  ['$$${HOST}', '$${HOST}'],
  ['$HOST {HOST} $', '$HOST {HOST} $'],
  ['${', '${'],
  ['${HOST} ${ $${', 'db.example.com ${ ${'],
  ['${NESTED}', '${HOST}'],
] as const)('%s becomes %s', ([written, filled]) => {
  const values = { HOST: 'db.example.com', EMPTY: '', NESTED: '${HOST}' }
  expect(fill(written, values)).toEqual({ value: filled, faults: [] })
})

test.for(['${MISSING}', '${constructor}', '${__proto__}', '${}', '${A B}', '${1}', '${HOST:-default}'])(
  '%s is a fault that names it, at its place',
  (written) => {
    const { faults } = fill(written, { HOST: 'x' })
    expect(faults).toEqual([expect.objectContaining({ ...at, code: 'STACK_VARIABLE_MISSING' })])
    expect(faults[0]?.message).toContain(written.slice(2, -1))
  },
)

test('a long text of beginnings without an end is read in one pass', () => {
  const beginnings = '${'.repeat(200_000)
  expect(fill(beginnings, {})).toEqual({ value: beginnings, faults: [] })
  expect(fill(`${beginnings}}`, {}).faults).toHaveLength(1)
})

test('the nearest name that is set is proposed', () => {
  expect(fill('${DATABSE_HOST}', { DATABASE_HOST: 'x' }).faults[0]?.nearest).toBe('DATABASE_HOST')
})

test('a value never stands in a message', () => {
  const text = 'stack: a\nservices: { b: { run: { external: "${SECRET}" }, routes: ["/${SECRET} x"] } }\n'
  const said = JSON.stringify(faultsIn(text, { values: { SECRET: 'hunter2' } }))
  expect(said).toContain('STACK_VALUE_INVALID')
  expect(said).not.toContain('hunter2')
})

test('a variable that is set to nothing leaves an empty address, which is a fault', () => {
  const text = 'stack: a\nservices: { b: { run: { external: "${HOST}" } } }\n'
  expect(faultsIn(text, { values: { HOST: '' } })).toEqual([
    expect.objectContaining({ code: 'STACK_VALUE_INVALID', line: 2, column: 35 }),
  ])
})

test('checking without values leaves placeholders as they stand', () => {
  const stack = resolveText('stack: a\nservices: { b: { run: { external: "${HOST}:5432" } } }\n', { values: 'unset' })
  expect(stack.services[0]?.run).toEqual({ kind: 'external', address: '${HOST}:5432' })
})

test('text without placeholders is left alone, and a filled one holds what was given', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (before, given) => {
      const plain = before.replaceAll('${', '')
      expect(fill(plain, {}).value).toBe(plain)
      expect(fill(`<\${NAME}>`, { NAME: given }).value).toBe(`<${given}>`)
    }),
  )
})
