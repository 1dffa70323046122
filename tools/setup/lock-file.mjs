import fs from 'node:fs'
import path from 'node:path'
import { ROOT } from './root.mjs'

const LOCK = path.join(ROOT, 'package-lock.json')
// `@oxlint/binding-linux-arm-gnueabihf`, `@biomejs/cli-linux-x64-musl`, `@esbuild/win32-x64`
const PLATFORM =
  /(?:^|[/-])(aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32|windows)-(arm64|arm|ia32|loong64|mips64el|ppc64|riscv64|s390x|x64)(?:-(gnueabihf|musleabihf|gnu|musl|msvc|eabi))?$/
const LIBC = { gnu: 'glibc', gnueabihf: 'glibc', musl: 'musl', musleabihf: 'musl' }

/**
 * The binaries of other platforms that a package asks for and package-lock.json does not have. A registry that does not
 * carry them makes `npm install` leave them out in silence, and `npm ci` refuses such a lock file on every machine.
 * @returns {{ place: string, entry: object }[]} entries as they have to stand in `packages`
 */
export function missingPlatformPackages() {
  const { packages } = readLock()
  const missing = new Map()
  for (const entry of Object.values(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const place = `node_modules/${name}`
      const platform = PLATFORM.exec(name)
      if (packages[place] !== undefined || platform === null || !/^\d/.test(version)) continue
      missing.set(place, platformEntry(platform, version, entry.dev === true))
    }
  }
  return [...missing].map(([place, entry]) => ({ place, entry }))
}

function platformEntry([, system, cpu, flavour], version, isDev) {
  const libc = LIBC[flavour]
  return {
    version,
    cpu: [cpu],
    ...(isDev ? { dev: true } : {}),
    ...(libc === undefined ? {} : { libc: [libc] }),
    optional: true,
    os: [system === 'windows' ? 'win32' : system],
  }
}

/** Writes the missing entries in. Without an integrity: npm checks one where it is known. */
export function completeLock() {
  const missing = missingPlatformPackages()
  if (missing.length === 0) return missing
  const lock = readLock()
  const entries = { ...lock.packages, ...Object.fromEntries(missing.map(({ place, entry }) => [place, entry])) }
  const sorted = Object.entries(entries).sort(([a], [b]) => a.localeCompare(b, 'en'))
  fs.writeFileSync(LOCK, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`)
  return missing
}

function readLock() {
  return JSON.parse(fs.readFileSync(LOCK, 'utf8'))
}
