import { expect, test } from 'vitest'
import type { Finding } from './finding.ts'
import { formatFindings } from './format-findings.ts'
import { listRules } from './rules.ts'

const plain: Finding = {
  code: 'PORT_DUPLICATE',
  severity: 'error',
  message: '"b.http" takes 8000/tcp, which "a.http" already has.',
  file: 'portolan.yaml',
  line: 2,
  column: 3,
  related: [{ message: 'first here', file: 'portolan.yaml', line: 1, column: 1 }],
  environments: ['development', 'production'],
}

function text(findings: readonly Finding[], source: string, color = false): string {
  return formatFindings(findings, { format: 'text', sources: new Map([['portolan.yaml', source]]), color })
}

/** The line of the source and the line of the caret, without the gutter. */
function caret(source: string, column: number): readonly string[] {
  const lines = text([{ ...plain, line: 1, column }], source).split('\n')
  const at = lines.findIndex((line) => line.trimEnd().endsWith('^'))
  return [lines[at - 1]?.split('| ')[1] ?? '', lines[at]?.split('| ')[1] ?? '']
}

test('text shows file, line, caret, related places and a count', () => {
  expect(text([plain], 'a: 1\n  b: 2\n')).toBe(
    [
      'portolan.yaml',
      '  2:3  error  PORT_DUPLICATE  [development, production]',
      '    "b.http" takes 8000/tcp, which "a.http" already has.',
      '     2 |   b: 2',
      '       |   ^',
      '      portolan.yaml:1:1  first here',
      '',
      '1 error in 1 file.',
      '',
    ].join('\n'),
  )
})

test('a secret is in no line that is shown, and the caret stays under what it is about', () => {
  const source = 'a: { DB_PASSWORD: hunter4, url: "postgres://u:hunter2@db", key: 1 }'
  const secret = { ...plain, code: 'SECRET_PLAIN', line: 1, column: 19 }
  const other = { ...plain, line: 1, column: source.indexOf('key:') + 1 }
  expect(text([secret], source)).not.toContain('|')
  expect(text([secret, other], source)).not.toMatch(/hunter/)
  expect(caret(source, other.column)).toEqual([
    'a: { DB_PASSWORD: …, url: "postgres://u:…@db", key: 1 }',
    `${' '.repeat(47)}^`,
  ])
})

test('a line that is too long to be read is not shown', () => {
  const hostile = ['--key=${', '--key ', 'key: "', "a'\\"].map((part) => part.repeat(Math.floor(2_000 / part.length)))
  for (const line of hostile) expect(text([{ ...plain, line: 1 }], line)).toContain('|')
  expect(text([{ ...plain, line: 1 }], 'a'.repeat(2_001))).not.toContain('|')
})

test('text counts each severity', () => {
  const findings: readonly Finding[] = [plain, plain, { ...plain, severity: 'note', file: 'other.yaml' }]
  expect(text(findings, '')).toMatch(/2 errors, 1 note in 2 files\.\n$/)
  expect(text([], '')).toBe('No findings.\n')
})

test('the caret keeps the tabs of the line', () => {
  expect(caret('\ta: 1', 2)).toEqual(['\ta: 1', '\t^'])
})

test('a Korean syllable is two columns wide', () => {
  expect(caret('# 보드: x', 7)).toEqual(['# 보드: x', '        ^'])
})

test('marks and joined emoji take the room that they are shown in', () => {
  expect(caret('e\u0301x', 3)).toEqual(['e\u0301x', ' ^'])
  expect(caret('👩‍💻x', 6)).toEqual(['👩‍💻x', '  ^'])
})

test('colours come only when asked for', () => {
  expect(text([plain], 'a\nb')).not.toContain('\u001b')
  expect(text([plain], 'a\nb', true)).toContain('\u001b[31merror\u001b[39m')
})

test('escape sequences of a file do not reach the terminal', () => {
  const shown = text([{ ...plain, message: 'x\u001b[2Jy\u202e' }], 'a\n\u001b]0;title\u0007b')
  expect(['\u001b', '\u0007', '\u202e'].filter((character) => shown.includes(character))).toEqual([])
})

test('a file whose text is not at hand is shown without its line', () => {
  const shown = formatFindings([plain], { format: 'text', sources: new Map(), color: false })
  expect(shown).toContain('2:3  error')
  expect(shown).not.toContain('|')
})

test('json is the findings and nothing else', () => {
  const shown = formatFindings([{ ...plain }], { format: 'json', sources: new Map(), color: true })
  expect(JSON.parse(shown)).toEqual({ findings: [plain] })
  expect(Object.keys(JSON.parse(shown).findings[0])).toEqual([
    'code',
    'severity',
    'message',
    'file',
    'line',
    'column',
    'related',
    'environments',
  ])
  expect(formatFindings([], { format: 'json', sources: new Map(), color: false })).toBe('{\n  "findings": []\n}\n')
})

test('a workflow command escapes what would end it', () => {
  const finding = { ...plain, message: '100%\r\nnext: a, b', file: 'a,b:c.yaml', related: [] }
  expect(formatFindings([finding], { format: 'github', sources: new Map(), color: false })).toBe(
    '::error file=a%2Cb%3Ac.yaml,line=2,col=3,title=PORT_DUPLICATE::100%25%0D%0Anext: a, b [development, production]\n',
  )
})

test('a note is a notice, and related places follow the message', () => {
  const shown = formatFindings([{ ...plain, severity: 'note' }], { format: 'github', sources: new Map(), color: false })
  expect(shown).toMatch(/^::notice /)
  expect(shown).toContain('%0Aportolan.yaml:1:1 first here')
  expect(shown.split('\n')).toHaveLength(2)
})

test('SARIF has what its schema requires, and links every rule to its page', () => {
  const findings = listRules().map(({ code, severity }) => ({ ...plain, code, severity, file: 'a b/보드.yaml' }))
  const log = JSON.parse(formatFindings(findings, { format: 'sarif', sources: new Map(), color: false }))
  expect(log).toMatchObject({ version: '2.1.0', runs: [{ tool: { driver: { name: 'Portolan' } } }] })
  const [{ results, tool }] = log.runs
  expect(results).toHaveLength(findings.length)
  for (const [index, result] of results.entries()) {
    expect(result).toMatchObject({
      ruleId: findings[index]?.code,
      level: findings[index]?.severity,
      message: { text: plain.message },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'a%20b/%EB%B3%B4%EB%93%9C.yaml' },
            region: { startLine: 2, startColumn: 3 },
          },
        },
      ],
      relatedLocations: [{ id: 1, message: { text: 'first here' } }],
    })
    const rule = tool.driver.rules[result.ruleIndex]
    expect(rule).toMatchObject({ id: result.ruleId, helpUri: `docs/rules/${result.ruleId}.md` })
  }
})

test('the help links of SARIF take an absolute address before them', () => {
  const options = {
    format: 'sarif',
    sources: new Map(),
    color: false,
    documentationUri: 'https://example.com/portolan/',
  } as const
  expect(formatFindings([plain], options)).toContain('"https://example.com/portolan/docs/rules/PORT_DUPLICATE.md"')
})
