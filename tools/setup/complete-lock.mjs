// Repairs a package-lock.json that `npm ci` refuses with "Missing: … from lock file", see lock-file.mjs. With --check it
// only says whether that is needed.
import { completeLock, missingPlatformPackages } from './lock-file.mjs'

const isCheck = process.argv.includes('--check')
const missing = isCheck ? missingPlatformPackages() : completeLock()
for (const { place, entry } of missing) process.stdout.write(`${place}@${entry.version}\n`)
if (isCheck && missing.length > 0) {
  process.stdout.write('package-lock.json does not have these. Run: node tools/setup/complete-lock.mjs\n')
  process.exitCode = 1
}
