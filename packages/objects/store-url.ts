import { isAbsolute } from 'node:path'
import { fileURLToPath } from 'node:url'
import { errorMessage } from '@portolan/errors'
import { urlInvalid } from './errors.ts'

export interface S3Location {
  readonly endpoint: string
  readonly region: string
  readonly bucket: string
  /** Without: what the AWS SDK finds, such as the role of the machine. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

/** Where a store is, and by what secret URLs for browsers are signed. */
export type StoreLocation =
  | { readonly kind: 'service'; readonly origin: string; readonly secret: string }
  | { readonly kind: 'disk'; readonly folder: string; readonly secret: string }
  | { readonly kind: 's3'; readonly s3: S3Location; readonly secret: string }

export const SECRET_LEAST_CHARACTERS = 32

/** @throws OBJECTS_URL_INVALID, which never quotes the URL */
export function parseStoreUrl(text: string): StoreLocation {
  const url = readUrl(text)
  switch (url.protocol) {
    case 'http:':
    case 'https:':
      refuseParameters(url, ['key'])
      if (url.pathname !== '/') throw urlInvalid('it has a path')
      if (url.username !== '' || url.password !== '') throw urlInvalid('it names a user')
      return { kind: 'service', origin: url.origin, secret: secretOf(url) }
    case 'disk:':
      refuseParameters(url, ['key'])
      return { kind: 'disk', folder: folderOf(url), secret: secretOf(url) }
    case 's3:':
      return { kind: 's3', s3: s3Of(url, ['key']), secret: secretOf(url) }
    default:
      throw urlInvalid(`its scheme is "${url.protocol.slice(0, -1)}"`)
  }
}

/** The URL of a bucket alone, as the object store service is given it: `s3://ID:SECRET@host:port/bucket?region=…`. */
export function parseS3Url(text: string): S3Location {
  const url = readUrl(text)
  if (url.protocol !== 's3:') throw urlInvalid('it does not begin with "s3://"')
  return s3Of(url, [])
}

function readUrl(text: string): URL {
  const url = URL.parse(text)
  if (url === null) throw urlInvalid('it cannot be read')
  return url
}

function refuseParameters(url: URL, known: readonly string[]): void {
  for (const name of url.searchParams.keys()) {
    if (!known.includes(name)) throw urlInvalid(`it has the unknown parameter "${name}"`)
    if (url.searchParams.getAll(name).length > 1) throw urlInvalid(`it has the parameter "${name}" twice`)
  }
}

function secretOf(url: URL): string {
  const secret = url.searchParams.get('key') ?? ''
  if (secret.length < SECRET_LEAST_CHARACTERS) {
    throw urlInvalid(`its key is missing or has fewer than ${SECRET_LEAST_CHARACTERS} characters`)
  }
  return secret
}

function folderOf(url: URL): string {
  if (url.host !== '') throw urlInvalid('it names a host; a folder begins after three slashes')
  try {
    const folder = fileURLToPath(`file://${url.pathname}`)
    if (!isAbsolute(folder) || folder === '/') throw urlInvalid('it names no folder')
    return folder
  } catch (cause) {
    throw urlInvalid(errorMessage(cause), cause)
  }
}

const TLS = { '1': 'https', '0': 'http' } as const

function s3Of(url: URL, others: readonly string[]): S3Location {
  refuseParameters(url, ['region', 'tls', ...others])
  const [, bucket = '', ...rest] = url.pathname.split('/')
  if (url.host === '' || !/^[a-z0-9][a-z0-9.-]{1,62}$/.test(bucket) || rest.join('') !== '') {
    throw urlInvalid('it does not name a host and one bucket')
  }
  const tls = url.searchParams.get('tls') ?? '1'
  if (tls !== '1' && tls !== '0') throw urlInvalid('its "tls" is neither 1 nor 0')
  const accessKeyId = decoded(url.username)
  const secretAccessKey = decoded(url.password)
  if ((accessKeyId === '') !== (secretAccessKey === '')) throw urlInvalid('it has only one of ID and SECRET')
  return {
    endpoint: `${TLS[tls]}://${url.host}`,
    region: url.searchParams.get('region') ?? 'us-east-1',
    bucket,
    ...(accessKeyId === '' ? {} : { credentials: { accessKeyId, secretAccessKey } }),
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (cause) {
    throw urlInvalid('its ID or SECRET holds a "%" that is not followed by two hexadecimal digits', cause)
  }
}
