import { X509Certificate } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { createSecureContext, type SecureContext } from 'node:tls'
import { errorMessage } from '@portolan/errors'
import type { CertificateFiles } from './tls-configuration.ts'
import { certificateUnusable } from './tls-errors.ts'

/** A certificate that is ready to be shown. */
export interface Certificate {
  readonly files: CertificateFiles
  /** Of the files when they were read: another one says that they have changed. */
  readonly mark: string
  /** In lower case; `*.example.com` is each name one label below. */
  readonly names: readonly string[]
  readonly validFrom: Date
  readonly validTo: Date
  readonly cert: Buffer
  readonly key: Buffer
  readonly context: SecureContext
}

/** What tells one state of the files from another; follows links, which is how some programs renew. */
export async function markOf({ certificate, key }: CertificateFiles): Promise<string> {
  const marks = await Promise.all([certificate, key].map((file) => stat(file, { bigint: true })))
  return marks.map(({ ino, size, mtimeNs }) => `${ino} ${size} ${mtimeNs}`).join(' ')
}

/** @throws GATEWAY_CERTIFICATE_UNUSABLE when a file cannot be read, is no PEM, or the key is not the certificate's */
export async function readCertificate(files: CertificateFiles): Promise<Certificate> {
  try {
    const mark = await markOf(files)
    const [cert, key] = await Promise.all([readFile(files.certificate), readFile(files.key)])
    const leaf = new X509Certificate(cert)
    return Object.freeze({
      files,
      mark,
      names: namesOf(leaf),
      validFrom: leaf.validFromDate,
      validTo: leaf.validToDate,
      cert,
      key,
      context: createSecureContext({ cert, key }),
    })
  } catch (error) {
    throw certificateUnusable(files.certificate, errorMessage(error), error)
  }
}

/** RFC 9525: only what subjectAltName says counts. */
function namesOf({ subjectAltName = '' }: X509Certificate): readonly string[] {
  return subjectAltName
    .split(', ')
    .filter((name) => name.startsWith('DNS:'))
    .map((name) => name.slice('DNS:'.length).toLowerCase())
}

/** RFC 9525 §6.3: `*` stands for one whole label. @param name in lower case */
export function isFor({ names }: Pick<Certificate, 'names'>, name: string): boolean {
  if (names.includes(name)) return true
  const dot = name.indexOf('.')
  return dot > 0 && names.includes(`*${name.slice(dot)}`)
}
