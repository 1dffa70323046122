import type { Bus } from '@portolan/bus'
import type { Clock, PasswordHasher } from '@portolan/identity'
import type { Logger } from '@portolan/service'
import type { Attempts } from './attempts/attempts.ts'
import type { KeyRing } from './keys/key-ring.ts'
import type { MailDelivery } from './mail/mail.ts'
import type { Providers } from './oidc/providers.ts'
import type { Secrets } from './secrets.ts'
import type { Store } from './store.ts'

/** What the operations of auth are made of. */
export interface AuthParts {
  readonly publicOrigin: string
  readonly store: Store
  readonly bus: Pick<Bus, 'publish'>
  readonly clock: Clock
  readonly logger: Logger
  readonly hasher: Pick<PasswordHasher, 'hash' | 'verify'>
  readonly keys: Pick<KeyRing, 'signing' | 'published'>
  readonly attempts: Attempts
  readonly secrets: Secrets
  readonly providers: Providers
  /** Sends what waits, without being waited for. */
  readonly outbox: { wake(): void }
  /** Told to pages, so that they say where to look. */
  readonly delivery: MailDelivery
  /** E-mail addresses of those who may see what went wrong with mails. */
  readonly operators: ReadonlySet<string>
}
