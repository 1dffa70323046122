import { listOperations } from '@portolan/operations'
import { expect, test } from 'vitest'
import { fieldsOf } from './operations/operation-fields.ts'
import { FIELD_OPTIONS, shellWord, type Typing, typedCommand, typingOf, withTypedCommands } from './typing.ts'

const FOLDER = process.cwd()
const TYPING: Typing = { program: 'npx portolan', quietProgram: 'npx portolan', folder: FOLDER }
const PLAIN = { environment: { PATH: '/usr/bin' }, folder: '/team/app', isInstalled: true }
const npm = (event: string, shell: string) => ({
  npm_lifecycle_event: event,
  npm_package_json: '/team/clone/package.json',
  INIT_CWD: shell,
})

test.for([
  ['on the PATH', { ...PLAIN, script: '/usr/bin/portolan' }, 'portolan'],
  ['as a file', { ...PLAIN, script: '/team/app/node_modules/.bin/portolan' }, 'node_modules/.bin/portolan'],
  ['in its own folder', { ...PLAIN, folder: '/opt', script: '/opt/portolan' }, './portolan'],
  ['by node', { ...PLAIN, isInstalled: false, script: '/team/my clone/main.ts' }, "node '../my clone/main.ts'"],
  ['by npx', { ...PLAIN, environment: npm('npx', '/team/app'), script: '/cache/portolan' }, 'npx portolan'],
  ['by a script', { ...PLAIN, environment: npm('dev', '/team/app'), script: '/app/portolan' }, 'npx portolan'],
] as const)('called %s it is typed so again', ([, call, program]) => {
  expect(typingOf(call)).toEqual({ program, quietProgram: program, folder: call.folder })
})

test('in the repository npm is told to run it, also from elsewhere', () => {
  const call = { folder: '/team/clone', script: '/team/clone/tools/cli/main.ts', isInstalled: false }
  expect(typingOf({ ...call, environment: npm('start', '/team/clone') })).toEqual({
    program: 'npm run portolan --',
    quietProgram: 'npm run --silent portolan --',
    folder: '/team/clone',
  })
  expect(typingOf({ ...call, environment: npm('portolan', '/team/app') })).toMatchObject({
    program: 'npm --prefix ../clone run portolan --',
    folder: '/team/app',
  })
})

test.for([
  ['up', {}, 'npx portolan up'],
  ['up', { stack: '.' }, 'npx portolan up'],
  ['up', { stack: 'portolan.yaml' }, 'npx portolan up'],
  ['up', { stack: './examples/one/portolan.yaml' }, 'npx portolan up examples/one'],
  ['up', { stack: 'examples/one/guide.yaml' }, 'npx portolan up examples/one/guide.yaml'],
  ['up', { stack: 'Team Board' }, "npx portolan up 'Team Board'"],
  ['up', { stack: '/somewhere/else' }, 'npx portolan up /somewhere/else'],
  [
    'logs --follow',
    { stack: 'one', env: 'staging', shift: 100 },
    'npx portolan logs one --follow --env staging --shift 100',
  ],
  ['logs --follow', { stack: 'one', env: 'staging', preview: 'two' }, 'npx portolan logs one --follow --preview two'],
  ['up', { stack: 'one', env: 'staging', preview: 'two' }, 'npx portolan preview up two one --env staging'],
  ['down', { stack: 'one', env: 'staging', preview: 'two' }, 'npx portolan preview down two one'],
] as const)('%s of %j is typed as %s', ([words, meant, typed]) => {
  expect(typedCommand(TYPING, words, meant)).toBe(typed)
})

test('every command in a message becomes one that can be typed, about the stack that was meant', () => {
  const message = 'It runs. See "portolan status", or "portolan up --shift 100", or write one with "portolan init".'
  expect(withTypedCommands(message, TYPING, { stack: 'one', env: 'staging', shift: 50 })).toBe(
    'It runs. See "npx portolan status one --env staging --shift 50", or ' +
      '"npx portolan up one --env staging --shift 150", or write one with "npx portolan init".',
  )
  expect(withTypedCommands('Portolan upholds; a portolan is a chart.', TYPING, {})).toBe(
    'Portolan upholds; a portolan is a chart.',
  )
})

test.for([
  ['Stop it, or let "port_sync" show what stands where.', 'let "npx portolan ports sync" show'],
  ['Expected an id that "key_list" shows.', 'an id that "npx portolan keys list" shows'],
  ['It has to ask "port_take_over".', 'ask "npx portolan ports take-over"'],
  ['See "slot_list", "host_declare".', 'See "npx portolan slots list", "npx portolan hosts declare".'],
  ['Widen it ("band_declare").', '("npx portolan bands declare")'],
  ['Retire them, or release with "evenIfInUse".', 'release with --even-if-in-use.'],
  ['or ask with "evenIfUnknown" to trust the claims', 'ask with --even-if-unknown to trust'],
  ['Name its engine; if this is it, say so with "isHere" (--here).', 'say so with --here.'],
  ['"event.graceMs" has to be from 0 to 10', '--grace (in ms) has to be from 0 to 10'],
  ['Project "webShop" and its port "port_8080" stay.', 'Project "webShop" and its port "port_8080" stay.'],
] as const)('what packages call "%s" is told as it is typed', ([message, typed]) => {
  expect(withTypedCommands(message, TYPING, {})).toContain(typed)
})

test('every field of an operation that is typed otherwise is known', () => {
  const fields = listOperations().flatMap((operation) => fieldsOf(operation))
  const typed = fields.filter(({ name }) => /[A-Z]/.test(name)).map(({ name, word }) => [name, `--${word}`] as const)
  expect(FIELD_OPTIONS).toEqual(Object.fromEntries(typed))
})

test('a word that a shell would take apart is quoted', () => {
  expect(["it's", 'a b', '$HOME', 'a/b.yaml'].map(shellWord)).toEqual([`'it'\\''s'`, "'a b'", "'$HOME'", 'a/b.yaml'])
})
