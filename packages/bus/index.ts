export type {
  Bus,
  BusLogger,
  CallOptions,
  Count,
  Counters,
  CountOptions,
  Delivery,
  EnterOptions,
  Gap,
  GapHandler,
  GapReason,
  JsonValue,
  MessageHandler,
  Presence,
  SubscribeOptions,
  Subscription,
} from './bus.ts'
export { BUS_ERRORS, type BusErrorCode } from './errors.ts'
export {
  chatRoomChannel,
  chatRoomUsers,
  chatUserStatus,
  notiUserChannel,
  REDIS_DATABASES,
  videoRoomParticipants,
  videoRoomState,
} from './key-names.ts'
export { MESSAGE_LIMIT_BYTES } from './message.ts'
export { type BusOptions, openBus } from './open-bus.ts'
