import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseStack } from '@portolan/stack'
import { expect, test } from 'vitest'
import { checkStack } from './check-stack.ts'
import { compareStacks } from './compare-stacks.ts'
import type { Finding } from './finding.ts'
import { listRules } from './rules.ts'

const FOLDER = fileURLToPath(new URL('../../docs/rules/', import.meta.url))
const rules = listRules()
/** What a module of an example is called when it is not to be there. */
const MISSING_FILES = new Set(['bord/service.ts'])

function pageOf(code: string): string {
  return readFileSync(`${FOLDER}${code}.md`, 'utf8')
}

/** The YAML blocks under a heading: one file, or two that are compared. */
function findingsUnder(heading: string, page: string): readonly Finding[] {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  const [first, second] = [...section.matchAll(/```yaml\n(.*?)```/gs)].map(([, yaml = ''], index) =>
    parseStack(yaml, `${heading}-${index + 1}.yaml`),
  )
  if (first === undefined) throw new Error(`no YAML under "${heading}"`)
  return second === undefined ? checkStack(first, { missingFiles: MISSING_FILES }) : compareStacks(first, second)
}

test('every code has a page and every page a code', () => {
  const pages = readdirSync(FOLDER)
    .filter((file) => file.endsWith('.md') && file !== 'README.md')
    .map((file) => file.replace(/\.md$/, ''))
  expect(pages.toSorted()).toEqual(rules.map(({ code }) => code))
})

test('the list of rules names every code with its severity and title, and nothing else', () => {
  const rows = [
    ...readFileSync(`${FOLDER}README.md`, 'utf8').matchAll(/^\| \[(\w+)\]\((\w+)\.md\) \| (\w+) \| (.*) \|$/gm),
  ]
  const listed = rows.map(([, code, link, severity, title]) => ({ code, link, severity, title }))
  const expected = rules.map(({ code, severity, title }) => ({ code, link: code, severity, title }))
  expect(listed.toSorted((a, b) => ((a.code ?? '') < (b.code ?? '') ? -1 : 1))).toEqual(expected)
})

test('codes are unique', () => {
  expect(new Set(rules.map(({ code }) => code)).size).toBe(rules.length)
})

test.for(rules)('the page of $code says its severity and title', ({ code, severity, title }) => {
  expect(pageOf(code)).toContain(`# ${code}\n\n**${severity}**: ${title}.\n`)
})

test.for(rules)('the bad example of $code is found, the good one is not', ({ code }) => {
  expect(findingsUnder('Bad', pageOf(code)).map((finding) => finding.code)).toContain(code)
  const good = findingsUnder('Good', pageOf(code))
  expect(good.filter((finding) => finding.code === code || finding.severity === 'error')).toEqual([])
})
