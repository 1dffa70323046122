// `npm pack` runs this first: what is published is JavaScript, with the repository's own packages inside.
import { rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { stackFileSchema } from '@portolan/stack'
import { build } from 'esbuild'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const DIST = fileURLToPath(new URL('dist/', import.meta.url))

/**
 * Everything from a registry stays outside and is a dependency of the published package. None of it is imported for its
 * effects alone, so that what nobody uses here needs not be installed.
 */
const registryPackages = {
  name: 'registry-packages',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' || path.startsWith('@portolan/')
        ? undefined
        : { path, external: true, sideEffects: false },
    )
  },
}

rmSync(DIST, { recursive: true, force: true })
await build({
  absWorkingDir: ROOT,
  entryPoints: {
    main: 'tools/cli/main.ts',
    gateway: 'packages/gateway/main.ts',
    'module-host': 'packages/supervise/module-host/main.ts',
    objects: 'packages/objects/service.ts',
    'registry-server': 'packages/registry-server/main.ts',
  },
  outdir: DIST,
  bundle: true,
  // What a command loads only when it is called stays in files of its own, with what that imports from outside.
  splitting: true,
  chunkNames: 'part-[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node24',
  plugins: [registryPackages],
  // The texts of functions and errors stay readable in a stack trace.
  minify: false,
  legalComments: 'none',
  logLevel: 'warning',
})
writeFileSync(`${DIST}portolan.schema.json`, stackFileSchema())
