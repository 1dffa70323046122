import type { Readable } from 'node:stream'
import { errorCode, type Waiting } from '@portolan/errors'
import { AVATAR_SIZES } from '@portolan/objects'
import { bodyOf } from '@portolan/openapi'
import type { App } from '@portolan/service'
import Type from 'typebox'
import { avatarUnknown } from '../errors.ts'
import { shareWorkspace } from '../members/member-repository.ts'
import { getProfile, PROFILE_REFUSALS } from '../profiles/profile-creation.ts'
import { ME_SCHEMA, meOf } from '../profiles/profile-operations.ts'
import { findProfile } from '../profiles/profile-repository.ts'
import { requestLimit } from '../request-limit.ts'
import type { UserParts } from '../user-parts.ts'
import { ID_SCHEMA } from '../uuid.ts'
import { beginAvatar, finishAvatar, removeAvatar, UPLOAD_LIMIT_BYTES } from './avatar-changes.ts'
import { type AvatarOwner, pictureKey } from './avatar-repository.ts'

const CONTENT_TYPES = ['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/avif'] as const
const UPLOAD_SCHEMA = bodyOf({
  contentType: Type.Enum([...CONTENT_TYPES]),
  sizeBytes: Type.Integer({ minimum: 1, maximum: UPLOAD_LIMIT_BYTES }),
})
const BEGUN_SCHEMA = Type.Object(
  {
    uploadUrl: Type.String({ format: 'uri', description: 'Good for ten minutes and one upload.' }),
    method: Type.Enum(['PUT']),
    headers: Type.Record(Type.String(), Type.String(), { description: 'To be sent with the file.' }),
    uploadId: ID_SCHEMA,
  },
  { title: 'AvatarUpload' },
)
const PICTURE = {
  description: 'A square picture',
  content: { 'image/webp': { schema: Type.Unsafe<Readable>({ type: 'string', format: 'binary' }) } },
}
const UPLOAD_REFUSALS = [
  'USER_ACCOUNT_UNKNOWN',
  'USER_UPLOAD_UNKNOWN',
  'USER_UPLOAD_MISSING',
  'USER_AVATAR_UNREADABLE',
  'USER_AVATAR_UNSUPPORTED',
  'USER_AVATAR_TOO_LARGE',
  'USER_AVATAR_BUSY',
] as const
const tags = ['profile']

export function addAvatarOperations(app: App, parts: UserParts): void {
  addUpload(app, parts)
  addRemoval(app, parts)
  addPicture(app, parts)
}

function addUpload(app: App, parts: UserParts): void {
  app.post(
    '/api/users/me/avatar',
    {
      schema: {
        tags,
        operationId: 'beginAvatar',
        summary: 'Begin to upload an avatar',
        body: UPLOAD_SCHEMA,
        refusals: ['USER_TOO_MANY_REQUESTS', ...PROFILE_REFUSALS],
        response: { 201: BEGUN_SCHEMA },
      },
    },
    async ({ caller, body }, reply) => {
      const { userId } = await getProfile(parts, caller.userId, requestLimit())
      const { url: uploadUrl, method, headers, uploadId } = await beginAvatar(parts, userId, body)
      return reply.code(201).send({ uploadUrl, method, headers: { ...headers }, uploadId })
    },
  )

  app.post(
    '/api/users/me/avatar/:uploadId/done',
    {
      schema: {
        tags,
        operationId: 'finishAvatar',
        summary: 'Show what was uploaded',
        params: Type.Object({ uploadId: ID_SCHEMA }),
        refusals: UPLOAD_REFUSALS,
        response: { 200: ME_SCHEMA },
      },
    },
    async ({ caller: { userId }, params: { uploadId } }) =>
      meOf(await finishAvatar(parts, { userId, uploadId }, requestLimit())),
  )
}

function addRemoval(app: App, parts: UserParts): void {
  app.delete(
    '/api/users/me/avatar',
    {
      schema: {
        tags,
        operationId: 'removeAvatar',
        summary: 'Remove my avatar',
        response: { 204: Type.Null({ description: 'Removed' }) },
      },
    },
    async ({ caller: { userId } }, reply) => {
      await removeAvatar(parts, userId, requestLimit())
      return reply.code(204).send(null)
    },
  )
}

function addPicture(app: App, parts: UserParts): void {
  const [largest, usual, smallest] = AVATAR_SIZES
  app.get(
    '/api/users/avatars/:userId/:avatarId',
    {
      schema: {
        tags,
        operationId: 'getAvatar',
        summary: 'The avatar of somebody I share a workspace with',
        params: Type.Object({ userId: ID_SCHEMA, avatarId: ID_SCHEMA }),
        querystring: Type.Object({
          size: Type.Optional(
            Type.Union([Type.Literal(smallest), Type.Literal(usual), Type.Literal(largest)], { default: usual }),
          ),
        }),
        refusals: ['USER_AVATAR_UNKNOWN'],
        response: { 200: PICTURE },
      },
    },
    async ({ caller, params, query: { size = usual } }, reply) => {
      await requireVisible(parts, caller.userId, params)
      const { content, sizeBytes } = await readPicture(parts, pictureKey(params, size), requestLimit())
      return reply
        .header('content-type', 'image/webp')
        .header('content-length', sizeBytes)
        .header('cache-control', 'private, max-age=31536000, immutable') // a new avatar has a new address
        .header('x-content-type-options', 'nosniff')
        .header('content-security-policy', "default-src 'none'")
        .send(content)
    },
  )
}

/** The same refusal for one that is not there and for one that is none of the caller's business. */
async function requireVisible({ store }: UserParts, callerId: string, { userId, avatarId }: AvatarOwner) {
  const profile = await findProfile(store.db, userId)
  const isShown = profile?.avatarId === avatarId
  if (!isShown || (callerId !== userId && !(await shareWorkspace(store.db, callerId, userId)))) throw avatarUnknown()
}

async function readPicture({ objects }: UserParts, key: string, { signal }: Waiting) {
  try {
    return await objects.read(key, { signal })
  } catch (error) {
    throw errorCode(error) === 'OBJECTS_NOT_FOUND' ? avatarUnknown() : error
  }
}
