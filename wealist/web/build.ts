import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { build } from 'vite'
import { compressFolder } from './build-compression.ts'
import { BUDGET_BYTES, type BuildSize, measureBuild } from './build-size.ts'
import { buildTooLarge } from './errors.ts'

const PAGE = fileURLToPath(new URL('./page', import.meta.url))
const PLACE = join(PAGE, 'dist')

/** What the pages are written for: `light-dark()` and `Map.groupBy` stay as they are. */
const BROWSERS = ['chrome123', 'firefox121', 'safari17.5'] as const

/**
 * What several pages share, in a few files of some size. Each takes along what it needs, unless one before it has that:
 * so they import each other one way only.
 */
const SHARED_FILES = [
  { name: 'start', tags: ['$initial' as const] },
  { name: 'forms', test: /page[\\/]ui[\\/](form|text-field|password-field|choice-field)/ },
  { name: 'menus', test: /page[\\/]ui[\\/]menu-|@mantine[\\/]core[\\/]esm[\\/]components[\\/]Menu[\\/]/ },
  { name: 'dialogs', test: /page[\\/]ui[\\/](dialog|confirm-dialog)/ },
  { name: 'entry', test: /page[\\/]ui[\\/](entry|chart)-/ },
  { name: 'pages', test: /page[\\/](ui|session)[\\/]/ },
  { name: 'workspace', test: /page[\\/](workspace|shell)[\\/]/ },
]

/** Builds aside and moves it in when it is whole: neither the service nor another build ever sees half of it. */
async function buildPages(): Promise<BuildSize> {
  await mkdir(join(PAGE, '.tmp'), { recursive: true })
  const own = await mkdtemp(join(PAGE, '.tmp/build-')) // which only its owner may read: the pages stand in it
  const aside = join(own, 'dist')
  try {
    await bundle(aside)
    const size = await measureBuild(aside)
    if (size.firstPageBytes > BUDGET_BYTES) throw buildTooLarge(size.firstPageBytes, BUDGET_BYTES)
    await rm(join(aside, '.vite'), { recursive: true }) // for measuring, not for serving
    await compressFolder(aside)
    await rm(PLACE, { recursive: true, force: true })
    await rename(aside, PLACE)
    return size
  } finally {
    await rm(own, { recursive: true, force: true })
  }
}

async function bundle(outDir: string): Promise<void> {
  await build({
    root: PAGE,
    configFile: false,
    logLevel: 'warn',
    plugins: [react()],
    build: {
      outDir,
      emptyOutDir: true,
      manifest: true,
      target: [...BROWSERS],
      assetsInlineLimit: 0, // the policy of the pages lets `data:` in for pictures alone
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      rolldownOptions: { output: { codeSplitting: { groups: SHARED_FILES } } },
    },
  })
}

const { firstPageBytes, wholeBytes } = await buildPages()
const [first, budget, whole] = [firstPageBytes, BUDGET_BYTES, wholeBytes].map((bytes) => (bytes / 1000).toFixed(1))
console.log(
  `Sign-in can be used after ${first} kB of compressed JavaScript (budget: ${budget} kB; all pages: ${whole} kB).`,
)
