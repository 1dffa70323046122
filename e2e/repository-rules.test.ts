import { builtinModules } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { codeLines, foldersOf, importsOf, type RepositoryFile, ROOT, readRepository } from './repository-files.ts'

const files = await readRepository()
const sources = files.filter(({ isSource }) => isSource)
const typescript = sources.filter(({ path }) => /\.tsx?$/.test(path))

/** Each may import those before it, never one after it: errors are below everything, supervise is made of the others. */
const ORDER =
  'errors ports stack render check port-files postgres service bus objects identity openapi live observe registry reconcile operations registry-server deploy gateway supervise doctor'.split(
    ' ',
  )
const ONE_JOB: readonly string[] = ['postgres', 'bus', 'objects', 'identity', 'live', 'observe', 'service']
/** What decides from values alone: no I/O, no clock, no randomness. */
const PURE: readonly string[] = ['errors', 'ports', 'stack', 'render', 'check', 'port-files']
const PURE_MODULES = ['node:path', 'node:path/posix', 'node:util', 'node:assert', 'node:url']
const EFFECTS =
  /\bprocess\.|\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.|\bcrypto\.|\bset(Timeout|Interval|Immediate)\(|\bfetch\(|\bconsole\./

/** Files besides a `main.ts` that may read the environment or end the process, and why. */
const PROCESS_EXCEPTIONS: Readonly<Record<string, string>> = {
  'packages/service/run-service.ts': 'it is what a main.ts of four lines calls, and hands the environment in',
  'bench/portolan-start.ts': 'it starts the command line as the shell would in which it was called',
  'bench/by-hand.ts': 'it starts programs as the shell would in which it was called',
  'e2e/browser.ts': 'the launcher of the tests says there which Chromium it has found',
  'tools/cli/first-services.ts': 'it writes a program of somebody else into their stack file',
  'e2e/stack-copy.ts': 'it hands a test stack the PATH of whoever runs the tests',
}
/** The launcher runs before anything is installed; clock/server.mjs and what tests run are other people's programs. */
const OUTSIDE_PROGRAMS = /^tools\/setup\/|^examples\/[a-z-]+\/.*\.(mjs|py|js)$|\/fixtures\/|^e2e\/own-programs\.ts$/

/** Second entries of packages, and why: the whole of `operations` takes twice as long to load as what a client needs. */
const LIGHT_ENTRIES: readonly string[] = ['@portolan/operations/remote']

const FORBIDDEN_NAMES = ['utils', 'util', 'helpers', 'helper', 'common', 'manager', 'misc', 'types', 'base', 'lib']
const LONGEST_FILE = 600
const LONGEST_README = 40

/** A test, or what the tests of e2e share. */
function servesTests({ isTest, path }: RepositoryFile): boolean {
  return isTest || path.startsWith('e2e/')
}

function isNeverShipped(file: RepositoryFile): boolean {
  return servesTests(file) || file.path.startsWith('bench/')
}

function packageOf(path: string): string | undefined {
  return /^packages\/([^/]+)\//.exec(path)?.[1]
}

/** Every place in source code where a pattern matches, as `path:line  text`. */
function placesOf(pattern: RegExp, among: readonly RepositoryFile[]): readonly string[] {
  return among.flatMap((file) =>
    codeLines(file)
      .filter(({ line }) => pattern.test(line))
      .map(({ number, line }) => `${file.path}:${number}  ${line.trim()}`),
  )
}

test('packages import only what stands before them, and nobody imports tools, examples or tests', () => {
  const wrong = typescript.flatMap((file) =>
    importsOf(file).flatMap((specifier) => {
      const own = packageOf(file.path)
      const imported = /^@portolan\/([^/]+)/.exec(specifier)?.[1]
      if (imported === undefined || own === undefined || imported === own) return []
      const isBefore = ORDER.includes(imported) && ORDER.indexOf(imported) < ORDER.indexOf(own)
      // Those that have one job each stand side by side: a test may try two of them together.
      const isTogether = file.isTest && ONE_JOB.includes(imported) && ONE_JOB.includes(own)
      return isBefore || isTogether ? [] : [`${file.path} imports ${specifier}`]
    }),
  )
  expect(wrong).toEqual([])
})

test('every package has its place in the order of imports', () => {
  const packages = new Set(files.flatMap(({ path }) => packageOf(path) ?? []))
  expect([...packages].filter((name) => !ORDER.includes(name))).toEqual([])
})

test('a package is reached by its name, and its test parts only by tests', () => {
  const wrong = typescript.flatMap((file) =>
    importsOf(file).flatMap((specifier) => {
      if (specifier.startsWith('.')) return leavesWorkspace(file.path, specifier) ? [`${file.path}: ${specifier}`] : []
      const isTesting = /^@portolan\/[^/]+\/testing$/.test(specifier)
      const isDeep = /^@portolan\/[^/]+\/./.test(specifier) && !isTesting && !LIGHT_ENTRIES.includes(specifier)
      return isDeep || (isTesting && !isNeverShipped(file)) ? [`${file.path}: ${specifier}`] : []
    }),
  )
  expect(wrong).toEqual([])
})

function leavesWorkspace(path: string, specifier: string): boolean {
  const workspace = /^(packages|tools|examples)\/[^/]+\/|^(bench|e2e)\//.exec(path)?.[0]
  return workspace !== undefined && !`${join(dirname(path), specifier)}`.startsWith(workspace)
}

test('pure packages do no I/O and have neither clock nor randomness', () => {
  const pure = typescript.filter(({ path, isTest }) => !isTest && PURE.includes(packageOf(path) ?? ''))
  const imports = pure.flatMap((file) =>
    importsOf(file)
      .filter((specifier) => specifier.startsWith('node:') || builtinModules.includes(specifier))
      .filter((specifier) => !PURE_MODULES.includes(specifier))
      .map((specifier) => `${file.path} imports ${specifier}`),
  )
  expect([...imports, ...placesOf(EFFECTS, pure)]).toEqual([])
})

test('only a main.ts reads the environment or ends the process', () => {
  const others = sources.filter(
    ({ path, isTest }) =>
      !isTest && !path.endsWith('/main.ts') && !(path in PROCESS_EXCEPTIONS) && !OUTSIDE_PROGRAMS.test(path),
  )
  expect(placesOf(/\bprocess\.(env|exit)\b/, others)).toEqual([])
})

test('no file and no folder is called after nothing', () => {
  const names = [...sources.map(({ path }) => path), ...foldersOf(files)]
  const wrong = names.filter((path) => {
    const stem = path.split('/').at(-1)?.split('.')[0] ?? ''
    return FORBIDDEN_NAMES.some((name) => stem === name || stem.endsWith(`-${name}`))
  })
  expect(wrong).toEqual([])
})

test(`no source file has more than ${LONGEST_FILE} lines`, () => {
  const styled = files.filter(({ path, isSource }) => isSource || /\.(css|html|sh)$/.test(path))
  const long = styled.filter(({ text }) => text.split('\n').length - 1 > LONGEST_FILE)
  expect(long.map(({ path }) => path)).toEqual([])
})

test('relative imports end in the extension of their file', () => {
  const wrong = sources.flatMap((file) =>
    importsOf(file)
      .filter((specifier) => specifier.startsWith('.') && !/\.(tsx?|mjs|js|json|css)$/.test(specifier))
      .map((specifier) => `${file.path}: ${specifier}`),
  )
  expect(wrong).toEqual([])
})

const SLEEPS = [
  /import[^\n]*\bsetTimeout\b[^\n]*from 'node:timers\/promises'/,
  /new Promise(<[^>]*>)?\(\s*\(?\w*\)?\s*=>\s*\{?\s*setTimeout\(/,
  /await (sleep|delay|pause)\(/,
  /scheduler\.wait\(/,
] as const

test('tests wait for conditions and never sleep', () => {
  const tests = typescript.filter(servesTests)
  const sleeping = tests.filter(({ text }) => {
    // A text over several lines is a program that a test runs: that one may take its time.
    const own = text.replaceAll(/`[^`]*\n[^`]*`/g, '')
    return SLEEPS.some((pattern) => pattern.test(own))
  })
  expect(sleeping.map(({ path }) => path)).toEqual([])
})

test('tests mock nothing', () => {
  const mocks = new RegExp(`\\bvi\\.(${['mock', 'doMock', 'hoisted', 'stubGlobal'].join('|')})\\(`)
  expect(placesOf(mocks, typescript)).toEqual([])
})

test('every package has an index.ts of explicit names and a README of one page', () => {
  const names = [...new Set(files.flatMap(({ path }) => packageOf(path) ?? []))]
  const wrong = names.flatMap((name) => {
    const index = files.find(({ path }) => path === `packages/${name}/index.ts`)
    const readme = files.find(({ path }) => path === `packages/${name}/README.md`)
    const length = (readme?.text.split('\n').length ?? 1) - 1
    return [
      ...(index === undefined ? [`packages/${name} has no index.ts`] : []),
      ...(index !== undefined && /^export \*/m.test(index.text) ? [`packages/${name}/index.ts exports *`] : []),
      ...(readme === undefined ? [`packages/${name} has no README.md`] : []),
      ...(length > LONGEST_README ? [`packages/${name}/README.md has ${length} lines`] : []),
    ]
  })
  expect(wrong).toEqual([])
})

test('every code of an error stands in docs/errors.md, and every code there exists', async () => {
  const catalogues = typescript.filter(({ path }) => /^(packages|tools)\/[^/]+\/errors\.ts$/.test(path))
  const codes = (await Promise.all(catalogues.map(({ path }) => codesOf(path)))).flat()
  const documentation = files.find(({ path }) => path === 'docs/errors.md')?.text ?? ''
  // A row of a table begins with its code.
  const documented = [...documentation.matchAll(/^\|\s*`([A-Z][A-Z0-9_]+)`/gm)].map(([, code = '']) => code)
  const faultCodes = /FAULT_CODES = \[([^\]]*)\]/.exec(
    files.find(({ path }) => path === 'packages/stack/fault.ts')?.text ?? '',
  )?.[1]
  const known = [...codes, ...[...(faultCodes ?? '').matchAll(/'([A-Z_]+)'/g)].map(([, code = '']) => code)]
  expect(codes.length).toBeGreaterThan(10)
  expect({
    missingInDocumentation: codes.filter((code) => !documented.includes(code)),
    unknownInDocumentation: documented.filter((code) => !known.includes(code)),
  }).toEqual({ missingInDocumentation: [], unknownInDocumentation: [] })
})

async function codesOf(path: string): Promise<readonly string[]> {
  const exported: unknown = await import(join(ROOT, path))
  const entries = typeof exported === 'object' && exported !== null ? Object.entries(exported) : []
  const tables = entries.filter(([name]) => name.endsWith('_ERRORS')).map(([, table]) => table)
  return tables.flatMap((table: unknown) => (typeof table === 'object' && table !== null ? Object.keys(table) : []))
}

test('the codes of a package begin with its name', async () => {
  const catalogues = typescript.filter(({ path }) => /^(packages|tools)\/[^/]+\/errors\.ts$/.test(path))
  const wrong = await Promise.all(
    catalogues.map(async ({ path }) => {
      const prefix = `${path.split('/')[1]?.toUpperCase().replaceAll('-', '_')}_`
      return (await codesOf(path)).filter((code) => !code.startsWith(prefix))
    }),
  )
  expect(wrong.flat()).toEqual([])
})

test('no address of a real network stands anywhere', () => {
  const wrong = files
    .filter(({ path }) => path !== 'package-lock.json')
    .flatMap(({ path, text }) =>
      [...text.matchAll(/(?<![\w.§])(\d{1,3}(?:\.\d{1,3}){3})(?![\w.]*\.\d|\w)/g)]
        .map(([, address = '']) => address)
        .filter((address) => !isHarmless(address))
        .map((address) => `${path}: ${address}`),
    )
  expect(wrong).toEqual([])
})

/** Documentation (RFC 5737), protocols (RFC 6890), loopback, private (RFC 1918), shared (RFC 6598), link-local, multicast and above, and what is no address. */
function isHarmless(address: string): boolean {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number)
  if ([a, b, c, d].some((part) => part > 255)) return true
  if (address === '1.2.3.4') return true // digits that show which part goes where
  if (address === '168.63.129.16') return true // Azure's own service for every machine, which is to be refused
  const start = `${a}.${b}.${c}`
  return (
    ['192.0.0', '192.0.2', '198.51.100', '203.0.113'].includes(start) ||
    [0, 10, 127].includes(a) ||
    a >= 224 ||
    (a === 172 && b >= 16 && b <= 31) ||
    (a === 192 && b === 168) ||
    (a === 169 && b === 254) ||
    (a === 100 && b >= 64 && b <= 127)
  )
}

/** Standards, licences and the tools that are used: pages to read, nothing that a program calls. */
const READING =
  /(^|\.)(apache\.org|w3\.org|json-schema\.org|schemastore\.org|rfc-editor\.org|github\.com|nodejs\.org|postgresql\.org|livekit\.io|sarifweb\.azurewebsites\.net|oasis-open\.org|sqlite\.org|whatwg\.org|ietf\.org|kysely\.dev|getpino\.io|openapis\.org)$/

test('no host of a real network is called: only reserved names (RFC 2606, RFC 6761) and pages to read', () => {
  const wrong = files
    .filter(({ path }) => path !== 'package-lock.json')
    .flatMap(({ path, text }) =>
      [...text.matchAll(/\b(?:https?|wss?|postgres(?:ql)?|redis|turns?|stuns?):\/\/(?:[^\s/@"'`]*@)?([a-zA-Z0-9.-]+)/g)]
        .map(([, host = '']) => host.replace(/\.$/, '').toLowerCase())
        .filter((host) => host.includes('.') && /[a-z]$/.test(host))
        .filter((host) => !/(^|\.)(example(\.(com|org|net))?|test|invalid|localhost|local|internal)$/.test(host))
        .filter((host) => !READING.test(host))
        .map((host) => `${path}: ${host}`),
    )
  expect(wrong).toEqual([])
})

test('no path of the machine that somebody worked on stands anywhere', () => {
  const places = ['work', 'workspace', 'Users', 'home/[a-z]+']
  const pattern = new RegExp(`(?<![\\w.*)}-])/(${places.join('|')})/[\\w.-]`)
  const wrong = files.flatMap(({ path, text }) =>
    text
      .split('\n')
      .filter((line) => pattern.test(line))
      .map((line) => `${path}: ${line.trim()}`),
  )
  expect(wrong).toEqual([])
})
