import { expect, test } from 'vitest'
import * as names from './key-names.ts'

test('names are those of the infrastructure guide', () => {
  expect(names.chatRoomChannel('7')).toBe('chat:room:7')
  expect(names.chatRoomUsers('7')).toBe('chat:room:7:users')
  expect(names.chatUserStatus('7')).toBe('chat:user:7:status')
  expect(names.notiUserChannel('7')).toBe('noti:user:7')
  expect(names.videoRoomParticipants('7')).toBe('video:room:7:participants')
  expect(names.videoRoomState('7')).toBe('video:room:7:state')
  expect(names.REDIS_DATABASES).toEqual({ auth: 0, board: 1, chat: 2, noti: 3, video: 4 })
})

test('an id of letters, digits and hyphens stays as it is, and none reaches into another name', () => {
  const id = '0b0e7a52-1f4d-4a0e-9c7e-0d9b3a5c7f11'
  expect(names.chatRoomChannel(id)).toBe(`chat:room:${id}`)
  expect(names.chatRoomChannel('7:users')).not.toBe(names.chatRoomUsers('7'))
})
