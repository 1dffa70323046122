import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import Type, { type Static } from 'typebox'
import { Parse } from 'typebox/value'

/** DESIGN, "Budgets": compressed JavaScript before the first route is usable. */
export const BUDGET_BYTES = 250_000

/** What sign-in needs: the start of the page, the words of one language, and the page itself. */
const ENTRY = 'index.html'
const LANGUAGES = ['i18n/english.ts', 'i18n/korean.ts'] as const
const FIRST_PAGE = 'features/sign-in/sign-in-page.tsx'

const MANIFEST = Type.Record(
  Type.String(),
  Type.Object({ file: Type.String(), imports: Type.Optional(Type.Array(Type.String())) }),
)
type Manifest = Static<typeof MANIFEST>

export interface BuildSize {
  /** gzip, in the language with the longer words. */
  readonly firstPageBytes: number
  /** All JavaScript, gzip. */
  readonly wholeBytes: number
}

/** Measures a build by the manifest that Vite has written beside it. */
export async function measureBuild(folder: string): Promise<BuildSize> {
  const manifest = Parse(MANIFEST, JSON.parse(await readFile(join(folder, '.vite/manifest.json'), 'utf8')))
  const sizes = await sizesOf(folder)
  const perLanguage = LANGUAGES.map((language) => {
    const files = filesNeededBy(manifest, [ENTRY, language, FIRST_PAGE])
    return sumOf([...files, 'color-scheme.js'].map((file) => sizes.get(file) ?? 0))
  })
  return { firstPageBytes: Math.max(...perLanguage), wholeBytes: sumOf([...sizes.values()]) }
}

/** The files of these modules and of all that they import at once. */
export function filesNeededBy(manifest: Manifest, modules: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>()
  const waiting = [...modules]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (seen.has(name)) continue
    seen.add(name)
    const chunk = manifest[name]
    if (chunk === undefined)
      throw new TypeError(`The build has no "${name}": name the module that took its place here.`)
    waiting.push(...(chunk.imports ?? []))
  }
  return new Set([...seen].map((name) => manifest[name]?.file ?? ''))
}

async function sizesOf(folder: string): Promise<ReadonlyMap<string, number>> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.js'))
  const sizes = names.map(async (name): Promise<[string, number]> => {
    return [name.replaceAll('\\', '/'), gzipSync(await readFile(join(folder, name)), { level: 9 }).length]
  })
  return new Map(await Promise.all(sizes))
}

function sumOf(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0)
}
