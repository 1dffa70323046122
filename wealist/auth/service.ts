import { join } from 'node:path'
import { defineService, LISTEN_ENVIRONMENT, type Logger, listen } from '@portolan/service'
import Type, { type Static } from 'typebox'
import { parseEmailAddress } from './accounts/email-address.ts'
import { openAuth } from './auth.ts'
import { configurationInvalid } from './errors.ts'
import { fileTransport } from './mail/file-transport.ts'
import type { MailTransport } from './mail/mail.ts'
import { smtpTransport } from './mail/smtp-transport.ts'
import { parseProviders } from './oidc/provider.ts'

const environment = Type.Object({
  ...LISTEN_ENVIRONMENT,
  PUBLIC_ORIGIN: Type.String({ format: 'url' }),
  DATABASE_URL: Type.String({ format: 'url' }),
  BUS_URL: Type.String({ format: 'url' }),
  SERVICE_KEY: Type.String({ minLength: 32 }),
  /** Seals signing keys and second factors; the database is of no use with another one. */
  AUTH_SECRET: Type.String({ minLength: 32 }),
  /** `smtp://user:password@host:587`, `smtps://`. Without it mails become files in the data folder. */
  SMTP_URL: Type.Optional(Type.String({ pattern: '^smtps?://' })),
  DATA_FOLDER: Type.Optional(Type.String()),
  /** `weAlist <no-reply@example.com>` */
  MAIL_FROM: Type.Optional(Type.String({ pattern: '^[^\\r\\n]+$' })),
  /** JSON: [{id, name, issuer, clientId, clientSecret?, scopes?}] */
  OIDC_PROVIDERS: Type.String({ default: '[]' }),
  /** E-mail addresses of those who may see what went wrong with mails. */
  AUTH_OPERATORS: Type.Array(Type.String(), { default: [] }),
  /** Multiplies every limit of attempts: for tests and benchmarks. */
  AUTH_ATTEMPT_FACTOR: Type.Integer({ minimum: 1, default: 1 }),
  /** Whose `x-forwarded-for` counts: addresses and networks. */
  TRUSTED_PROXIES: Type.Array(Type.String(), { default: ['loopback'] }),
})

export const service = defineService({
  name: 'auth',
  environment,
  async start({ environment, logger, signal }) {
    await using releasers = new AsyncDisposableStack()
    const auth = releasers.use(
      await openAuth(
        {
          publicOrigin: environment.PUBLIC_ORIGIN,
          databaseUrl: environment.DATABASE_URL,
          busUrl: environment.BUS_URL,
          serviceKey: environment.SERVICE_KEY,
          secret: environment.AUTH_SECRET,
          transport: transportOf(environment, logger),
          providers: parseProviders(environment.OIDC_PROVIDERS),
          operators: environment.AUTH_OPERATORS.map((text) => parseEmailAddress(text, 'AUTH_OPERATORS')),
          attemptFactor: environment.AUTH_ATTEMPT_FACTOR,
          trustedProxies: environment.TRUSTED_PROXIES,
          logger,
        },
        { signal },
      ),
    )
    const running = await listen(auth.app, { address: environment.HOST, port: environment.PORT }, { signal })
    releasers.move() // from here the running service owns it
    return {
      addresses: running.addresses ?? [],
      async close(waiting) {
        try {
          await running.close(waiting)
        } finally {
          await auth[Symbol.asyncDispose]() // after the requests that use it
        }
      },
    }
  },
})

/** @throws AUTH_CONFIGURATION_INVALID */
function transportOf(settings: Static<typeof environment>, logger: Logger): MailTransport {
  const { hostname } = new URL(settings.PUBLIC_ORIGIN)
  const sender = { from: settings.MAIL_FROM ?? `weAlist <no-reply@${hostname}>`, domain: hostname }
  if (settings.SMTP_URL !== undefined) return smtpTransport(settings.SMTP_URL, sender)
  if (settings.DATA_FOLDER === undefined) throw configurationInvalid('SMTP_URL', 'is not set, nor is DATA_FOLDER')
  return fileTransport(join(settings.DATA_FOLDER, 'outbox'), sender, logger)
}
