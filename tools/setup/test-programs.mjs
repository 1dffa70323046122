import fs from 'node:fs'
import { canInstallDebianPackages, installDebianPackages } from './debian-package.mjs'

const FOLDERS = ['/usr/bin', '/usr/sbin', '/bin', '/sbin', '/usr/local/bin', '/usr/local/sbin', '/opt/homebrew/bin']

/** What the tests run for real, and the Debian package that has it. */
const PROGRAMS = [
  { program: 'redis-server', debian: 'redis-server' },
  { program: 'podman', debian: 'podman' },
  { program: 'runc', debian: 'runc' },
  { program: 'conmon', debian: 'conmon' },
  { program: 'busybox', debian: 'busybox-static' },
  { program: 'sshd', debian: 'openssh-server' },
  { program: 'ss', debian: 'iproute2' },
  { program: 'openssl', debian: 'openssl' },
  { program: 'curl', debian: 'curl' },
  { program: 'jq', debian: 'jq' },
  { program: 'nginx', debian: 'nginx' },
  { program: 'haproxy', debian: 'haproxy' },
]

/** As root on Debian what is missing is installed; elsewhere the tests that need it say that they are skipped. */
export function ensureTestPrograms() {
  const missing = PROGRAMS.filter(({ program }) => !FOLDERS.some((folder) => fs.existsSync(`${folder}/${program}`)))
  if (missing.length === 0 || !canInstallDebianPackages()) return
  const failure = installDebianPackages(
    missing.map(({ debian }) => debian),
    'what the tests run for real',
  )
  if (failure !== undefined) process.stderr.write(`${failure}\n`)
}
