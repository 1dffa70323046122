import type { Waiting } from '@portolan/errors'

/** What identity needs of a bus; that of `@portolan/bus` fits. */
export interface EventBus {
  /** False from the moment a loss is noticed until every subscription is there again. */
  readonly isConnected: boolean
  /** `onGap`: messages may be missing before this point; called once the channel is listened to again. */
  subscribe(
    channel: string,
    handler: (message: unknown) => void | Promise<void>,
    options: { readonly onGap: () => void | Promise<void>; readonly signal: AbortSignal },
  ): Promise<EventSubscription>
}

export interface EventSubscription {
  close(waiting: Waiting): Promise<void>
}

/** Carries `SessionEnded`. */
export const SESSIONS_CHANNEL = 'sessions'
/** Carries `MembershipChanged`. */
export const MEMBERSHIP_CHANNEL = 'membership'
