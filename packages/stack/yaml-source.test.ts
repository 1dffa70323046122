import fc from 'fast-check'
import { expect, test } from 'vitest'
import { faultsIn, isInFile, placesIn } from './testing.ts'
import { unquotedTexts } from './unquoted-text.ts'

test.for([
  ['an empty file', '', '1:1 STACK_YAML'],
  ['a comment alone', '# nothing\n', '1:1 STACK_YAML'],
  ['a list', '- a\n', '1:1 STACK_VALUE_INVALID'],
  ['a word', 'hello\n', '1:1 STACK_VALUE_INVALID'],
  ['a tab as indentation', 'stack:\n\t- a\n', '2:1 STACK_YAML'],
  ['a key that stands twice', 'stack: a\nservices: {}\nstack: b\n', '3:1 STACK_YAML'],
  ['a second document', 'stack: a\n---\nstack: b\n', '2:1 STACK_YAML'],
  ['a key that is a list', 'stack: a\n? [b]\n: 1\n', '2:3 STACK_YAML'],
  ['an alias without its anchor', 'stack: *name\n', '1:8 STACK_YAML'],
  ['an alias before its anchor', 'default: *name\nstack: &name a\n', '1:10 STACK_YAML'],
  ['a tag of somebody else', 'stack: !secret a\n', '1:8 STACK_YAML'],
  ['binary data', 'stack: !!binary aGVsbG8=\n', '1:17 STACK_YAML'],
] as const)('%s is refused at its place', ([, text, place]) => {
  expect(placesIn(text)).toContain(place)
})

test.for([
  ['environment: { A: ${ONE} }', ['3:47'], '${ONE}'],
  ['environment: { A: ${ONE}, B: "${TWO}", C: x${TWO}/y }, # ${NO}', ['3:47', '3:72'], '${ONE}'],
  ['environment: { A: {port:http} }', ['3:47'], '{port:http}'],
  ['environment: { A: {port:http}/x }', ['3:47'], '{port:http}'],
  ['environment: { A: http://x:{port:b.http}/ }', ['3:56'], '{port:b.http}'],
  ['settings: { x: { A: [${ONE}, ${TWO}] } }', ['3:50', '3:58'], '${ONE}'],
] as const)('%s is answered with quotes, once for each', ([entries, places, written]) => {
  const faults = faultsIn(`stack: a\nservices:\n  b: { run: { command: x }, ${entries} }\n`)
  expect(faults.map(({ line, column }) => `${line}:${column}`)).toEqual(places)
  expect(faults[0]).toMatchObject({ expected: `quotes around the whole value, as in "${written}"` })
})

test('braces that are a map, or a text already, are none of these', () => {
  expect(faultsIn('stack: a\nservices:\n  b: {run: {command: x}, ports: {http: 1}}\n')).toEqual([])
  expect(
    unquotedTexts('a: ${B}\nb: "{port:c}"\nc: \'${D}\' # {port:e}\nd: {port:80}\ne: |\n  {port:f} ${G}\n'),
  ).toEqual([])
})

test('an alias repeats the last value that was marked so', () => {
  const text =
    'stack: a\nservices:\n  x: &it { run: { command: one } }\n  y: *it\n  z: &it { run: { command: two } }\n  q: *it\n'
  expect(faultsIn(text)).toEqual([])
})

test('a byte order mark and Windows line ends are read, and places stay right', () => {
  expect(faultsIn('\uFEFFstack: a\r\n')).toEqual([])
  expect(placesIn('stack: a\r\nservices:\r\n  b: { run: { command: x }, prts: 1 }\r\n')).toEqual([
    '3:29 STACK_KEY_UNKNOWN',
  ])
})

const doubled = 'bcdefghi'
  .split('')
  .map((name, index) => `${name}: &${name} [${`*${'abcdefghi'[index]},`.repeat(9)}]\n`)
  .join('')

test.for([
  ['aliases that multiply', `a: &a [x,x,x,x,x,x,x,x,x]\n${doubled}`],
  ['an alias of itself', 'stack: &a [*a]\n'],
  ['many aliases', `a: &a x\nb: [${'*a,'.repeat(60_000)}]\n`],
  ['open brackets', `a: ${'['.repeat(200_000)}`],
  ['closed brackets', `a: ${'['.repeat(5_000)}${']'.repeat(5_000)}`],
  ['open braces', '{'.repeat(200_000)],
  ['lists in lists', '- '.repeat(120_000)],
  ['questions', '? '.repeat(120_000)],
  ['a large file', 'x'.repeat(5_000_000)],
] as const)('%s are refused as too large, and quickly', ([, text]) => {
  const beganAt = performance.now()
  expect(placesIn(text)).toEqual(['1:1 STACK_TOO_LARGE'])
  expect(performance.now() - beganAt).toBeLessThan(25_000)
})

test.for([
  ['different keys', Array.from({ length: 20_000 }, (_, index) => `key${index}: 1\n`).join('')],
  ['equal keys', 'a: 1\n'.repeat(40_000)],
  ['anchors', '&a '.repeat(80_000)],
  ['tags', '!a '.repeat(80_000)],
  ['escapes that there are not', '"\\q" '.repeat(50_000)],
  ['missing variables', `stack: a\nservices: { b: { run: { command: "${'${X}'.repeat(60_000)}" } } }\n`],
  ['references', `stack: a\nservices: { b: { run: { command: x, args: ["${'{port:x}'.repeat(25_000)}"] } } }\n`],
] as const)('very many %s cost seconds at most and a message of a page', ([, text]) => {
  const beganAt = performance.now()
  expect(faultsIn(text).length).toBeGreaterThan(0)
  expect(performance.now() - beganAt).toBeLessThan(25_000)
})

test('lines are counted right where the parser miscounts them', () => {
  expect(placesIn('- \r\nstack\n  stack:\n')).toEqual(['2:1 STACK_YAML', '3:8 STACK_YAML'])
})

const YAML_WORDS =
  'stack services gateway hosts environments default run ports routes needs health: ~ null 80 50000-50020 /api http << ' +
  '${A} $${ {port:http} __proto__ constructor &a *a !!str # { } [ ] , " \' 😀 %'
const YAML_PIECES = [
  ...YAML_WORDS.split(' '),
  ': ',
  ':\n',
  '\n  ',
  '\n    ',
  '\n',
  ' ',
  '- ',
  '? ',
  '|\n',
  '>\n',
  '---\n',
  '\u0000',
  '\t',
  '\r\n',
  '\uFEFF',
  '\u2028',
] as const

test('whatever a file holds, it is read or refused with faults that stand in it', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.array(fc.constantFrom(...YAML_PIECES), { maxLength: 60 }).map((pieces) => pieces.join('')),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('utf8')),
  )
  fc.assert(
    fc.property(hostile, (text) => {
      for (const fault of faultsIn(text)) expect(isInFile(fault, text)).toBe(true)
    }),
    { numRuns: 1_500 },
  )
})
