import { createHmac, timingSafeEqual } from 'node:crypto'
import { DISPOSITIONS, type Disposition } from './content-disposition.ts'
import { grantExpired, grantInvalid } from './errors.ts'

/** What a signed URL allows, once and only for one key. */
export type Grant =
  | {
      readonly purpose: 'upload'
      readonly contentType: string
      /** Neither: any length, for a service that streams what it does not know the length of. */
      readonly sizeBytes?: number
      readonly sizeLimitBytes?: number
      readonly isCreateOnly: boolean
    }
  | { readonly purpose: 'download'; readonly disposition: Disposition; readonly fileName?: string }
  | { readonly purpose: 'delete' }
  | { readonly purpose: 'list'; readonly cursor?: string; readonly limit: number }

export type GrantPurpose = Grant['purpose']
type GrantOf<Purpose extends GrantPurpose> = Extract<Grant, { readonly purpose: Purpose }>

/** What a grant is for: a key, or the prefix of a list. */
export interface GrantTarget {
  readonly secret: string
  readonly key: string
}

interface Expiry {
  readonly expiresAt: Date
}

interface Clock {
  readonly now: Date
}

// Part of what is signed: a later format can never be mistaken for this one.
const FORMAT = 'portolan-objects-1'

type Pairs = readonly (readonly [name: string, value: string])[]

/** The query of a signed URL. The host is not signed: the same URL works at the public origin and internally. */
export function formatGrant(grant: Grant, { secret, key }: GrantTarget, { expiresAt }: Expiry): string {
  const pairs: Pairs = [...pairsOf(grant), ['expires', String(expiresAt.getTime())]]
  const signature = signatureOf(secret, [grant.purpose, key], pairs)
  const query = new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value]))
  query.append('signature', signature)
  return query.toString()
}

/**
 * Reads what a signed URL allows. The signature is looked at first, in constant time; only what it covers is read.
 * @param query all of it: a parameter more, less or twice is another text than the signed one
 * @throws OBJECTS_GRANT_INVALID, OBJECTS_GRANT_EXPIRED
 */
export function parseGrant<Purpose extends GrantPurpose>(
  purpose: Purpose,
  query: URLSearchParams,
  { secret, key, now }: GrantTarget & Clock,
): GrantOf<Purpose> {
  const pairs = [...query].filter(([name]) => name !== 'signature')
  // As text: a decoder would overlook characters that it does not know.
  const given = Buffer.from(query.getAll('signature').join(' '))
  const expected = Buffer.from(signatureOf(secret, [purpose, key], pairs))
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw grantInvalid()
  const expiresAt = new Date(Number(query.get('expires')))
  if (!(expiresAt.getTime() > now.getTime())) throw grantExpired(expiresAt)
  return GRANTS[purpose](query)
}

/** JSON keeps the parts apart whatever they hold: no two requests share a text. */
function signatureOf(secret: string, request: readonly string[], pairs: Pairs): string {
  const sorted = pairs.map(([name, value]) => JSON.stringify([name, value])).sort()
  return createHmac('sha256', secret)
    .update(JSON.stringify([FORMAT, ...request, ...sorted]))
    .digest('base64url')
}

function pairsOf(grant: Grant): Pairs {
  switch (grant.purpose) {
    case 'upload':
      return [
        ['type', grant.contentType],
        ...optional('size', grant.sizeBytes),
        ...optional('size-limit', grant.sizeLimitBytes),
        ...optional('create-only', grant.isCreateOnly ? 1 : undefined),
      ]
    case 'download':
      return [['disposition', grant.disposition], ...optional('name', grant.fileName)]
    case 'delete':
      return []
    case 'list':
      return [['limit', String(grant.limit)], ...optional('cursor', grant.cursor)]
  }
}

function optional(name: string, value: string | number | undefined): Pairs {
  return value === undefined ? [] : [[name, String(value)]]
}

// Everything below reads only what the signature has vouched for.
const GRANTS: { readonly [Purpose in GrantPurpose]: (query: URLSearchParams) => GrantOf<Purpose> } = {
  upload: (query) => ({
    purpose: 'upload',
    contentType: query.get('type') ?? '',
    isCreateOnly: query.has('create-only'),
    ...(query.has('size') ? { sizeBytes: Number(query.get('size')) } : {}),
    ...(query.has('size-limit') ? { sizeLimitBytes: Number(query.get('size-limit')) } : {}),
  }),
  download: (query) => {
    const disposition = DISPOSITIONS.find((known) => known === query.get('disposition')) ?? 'attachment'
    const fileName = query.get('name')
    return { purpose: 'download', disposition, ...(fileName === null ? {} : { fileName }) }
  },
  delete: () => ({ purpose: 'delete' }),
  list: (query) => {
    const cursor = query.get('cursor')
    return { purpose: 'list', limit: Number(query.get('limit')), ...(cursor === null ? {} : { cursor }) }
  },
}
