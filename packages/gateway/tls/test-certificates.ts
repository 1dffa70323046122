/** For this package's tests: certificates of an authority of their own, made by openssl. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { CertificateFiles } from './tls-configuration.ts'

const run = promisify(execFile)
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

export interface TestAuthority extends AsyncDisposable {
  readonly folder: string
  /** The file of its own certificate. */
  readonly file: string
  /** @param file the name that the certificate's files begin with */
  issue(file: string, names: readonly string[], days?: number): Promise<CertificateFiles>
}

export async function openTestAuthority(): Promise<TestAuthority> {
  const folder = await mkdtemp(join(tmpdir(), 'certificates-'))
  const file = join(folder, 'authority.pem')
  const key = join(folder, 'authority.key')
  await run('openssl', ['req', '-x509', ...KEY, '-keyout', key, '-out', file, '-days', '30', '-subj', '/CN=Test'])
  return {
    folder,
    file,
    async issue(name, names, days = 30) {
      const files = { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) }
      const [request, extensions] = [join(folder, `${name}.csr`), join(folder, `${name}.ext`)]
      await writeFile(extensions, `subjectAltName=${names.map((one) => `DNS:${one}`).join(',')}\n`)
      await run('openssl', ['req', ...KEY, '-keyout', files.key, '-out', request, '-subj', `/CN=${name}`])
      const by = ['-CA', file, '-CAkey', key, '-CAcreateserial', '-days', String(days), '-extfile', extensions]
      await run('openssl', ['x509', '-req', '-in', request, ...by, '-out', files.certificate])
      return files
    },
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true })
    },
  }
}
