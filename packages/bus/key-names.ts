/**
 * The names that weAlist's infrastructure guide gives to channels and keys, the same on either store. Ids are escaped,
 * so that none reaches into another name; those of letters, digits, "-" and "_" stay as they are.
 */

/**
 * The Redis database of each service: its `BUS_URL` ends in that number. Channels know no numbers: what one service
 * publishes reaches all. On PostgreSQL all services share one database, so that a key says whose it is anyhow.
 */
export const REDIS_DATABASES = Object.freeze({ auth: 0, board: 1, chat: 2, noti: 3, video: 4 })

/** Channel: what was said in a chat room. */
export function chatRoomChannel(roomId: string): string {
  return `chat:room:${encodeURIComponent(roomId)}`
}

/** Room of presence: who is in a chat room. */
export function chatRoomUsers(roomId: string): string {
  return `chat:room:${encodeURIComponent(roomId)}:users`
}

/** Room of presence: the open connections of a user; none is 'offline'. */
export function chatUserStatus(userId: string): string {
  return `chat:user:${encodeURIComponent(userId)}:status`
}

/** Channel: a user's notifications. */
export function notiUserChannel(userId: string): string {
  return `noti:user:${encodeURIComponent(userId)}`
}

/** Room of presence: who takes part in a call. */
export function videoRoomParticipants(roomId: string): string {
  return `video:room:${encodeURIComponent(roomId)}:participants`
}

/** Channel: how a video room's state changes. */
export function videoRoomState(roomId: string): string {
  return `video:room:${encodeURIComponent(roomId)}:state`
}
