import Type, { type Static } from 'typebox'
import { Check, Default } from 'typebox/value'
import { configurationInvalid } from '../errors.ts'

const ProviderSchema = Type.Object(
  {
    /** In our own paths: `/api/auth/oidc/<id>/callback` is to be registered with the provider. */
    id: Type.String({ pattern: '^[a-z][a-z0-9-]{0,31}$' }),
    /** On the button. */
    name: Type.String({ minLength: 1, maxLength: 60 }),
    issuer: Type.String({ format: 'url' }),
    clientId: Type.String({ minLength: 1 }),
    /** Without it the client is a public one, which PKCE alone protects. */
    clientSecret: Type.Optional(Type.String({ minLength: 1 })),
    scopes: Type.Array(Type.String({ pattern: '^[!#-\\[\\]-~]+$' }), { default: ['openid', 'email', 'profile'] }),
  },
  { additionalProperties: false },
)
const ProviderList = Type.Array(ProviderSchema)

/** Somebody else who knows people, by OpenID Connect. */
export type Provider = Readonly<Static<typeof ProviderSchema>>

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Reads OIDC_PROVIDERS, a JSON list. @throws AUTH_CONFIGURATION_INVALID */
export function parseProviders(text: string): readonly Provider[] {
  const providers: unknown = Default(ProviderList, parseJson(text))
  if (!Check(ProviderList, providers)) {
    throw configurationInvalid(
      'OIDC_PROVIDERS',
      'should be a list of {id, name, issuer, clientId, clientSecret?, scopes?}',
    )
  }
  if (new Set(providers.map(({ id }) => id)).size < providers.length) {
    throw configurationInvalid('OIDC_PROVIDERS', 'has two providers of one id')
  }
  const unsafe = providers.find(({ issuer }) => !isSafeIssuer(issuer))
  if (unsafe !== undefined) {
    throw configurationInvalid('OIDC_PROVIDERS', `has an issuer without https at "${unsafe.id}"; only loopback may`)
  }
  return providers
}

/** True for what may be spoken to without TLS: a provider on this machine. */
export function isLoopbackIssuer(issuer: string): boolean {
  return LOOPBACK.has(new URL(issuer).hostname)
}

function isSafeIssuer(issuer: string): boolean {
  const { protocol } = new URL(issuer)
  return protocol === 'https:' || (protocol === 'http:' && isLoopbackIssuer(issuer))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's words quote the text, which holds the providers' secrets.
    throw configurationInvalid('OIDC_PROVIDERS', 'is not JSON')
  }
}
