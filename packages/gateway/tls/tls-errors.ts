import { AppError, type ErrorCatalogue } from '@portolan/errors'

export const TLS_ERRORS = {
  GATEWAY_CERTIFICATE_UNUSABLE: { status: 500, title: 'A certificate cannot be used' },
  GATEWAY_CERTIFICATE_NOT_ISSUED: { status: 502, title: 'A certificate was not issued' },
} as const satisfies ErrorCatalogue

export function certificateUnusable(file: string, reason: string, cause: unknown): AppError {
  const message =
    `The certificate in "${file}" cannot be used: ${reason}. Expected were a PEM file with the certificate and its ` +
    `chain, and the private key that belongs to it, both readable for the gateway's user. Correct the files.`
  const { status } = TLS_ERRORS.GATEWAY_CERTIFICATE_UNUSABLE
  return new AppError('GATEWAY_CERTIFICATE_UNUSABLE', message, { status, cause, details: { file } })
}

export function certificateNotIssued(name: string, reason: string, cause: unknown): AppError {
  const message =
    `No certificate was issued for "${name}": ${reason}. Expected was that the name leads to this machine and that ` +
    `its port 80 is this gateway's. See to that; it is tried again by itself.`
  const { status } = TLS_ERRORS.GATEWAY_CERTIFICATE_NOT_ISSUED
  return new AppError('GATEWAY_CERTIFICATE_NOT_ISSUED', message, { status, cause, details: { name } })
}
