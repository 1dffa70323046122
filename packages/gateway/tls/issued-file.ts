import { join } from 'node:path'
import type { AcmeConfiguration, CertificateFiles } from './tls-configuration.ts'

/** Where the certificate of a name and its key are kept: in one file, so that they change at once. */
export function issuedFile({ folder }: Pick<AcmeConfiguration, 'folder'>, name: string): string {
  return join(folder, `${name}.pem`)
}

/** Those that are ordered, whether they have come or not. */
export function issuedFiles(acme: AcmeConfiguration): readonly CertificateFiles[] {
  return acme.names.map((name) => ({ certificate: issuedFile(acme, name), key: issuedFile(acme, name) }))
}
