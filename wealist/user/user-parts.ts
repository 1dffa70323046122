import type { Bus } from '@portolan/bus'
import type { Clock } from '@portolan/identity'
import type { AvatarMaker, ObjectStore } from '@portolan/objects'
import type { Logger } from '@portolan/service'
import type { AuthClient } from './auth-client.ts'
import type { EventHub } from './events/event-hub.ts'
import type { MembershipNews } from './members/membership-news.ts'
import type { Store } from './store.ts'

/** What the operations of user are made of. */
export interface UserParts {
  readonly publicOrigin: string
  readonly store: Store
  readonly counters: Bus['counters']
  readonly clock: Clock
  readonly logger: Logger
  readonly auth: AuthClient
  readonly objects: ObjectStore
  readonly avatarMaker: Pick<AvatarMaker, 'make'>
  readonly news: Pick<MembershipNews, 'announce'>
  readonly hub: EventHub
}
