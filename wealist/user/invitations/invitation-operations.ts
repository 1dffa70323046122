import { createHash } from 'node:crypto'
import { requireRole } from '@portolan/identity'
import { bodyOf } from '@portolan/openapi'
import type { App } from '@portolan/service'
import Type from 'typebox'
import { invitationUnknown, tooManyRequests } from '../errors.ts'
import { NAME_VIEW } from '../field-text.ts'
import { GRANTABLE_ROLE_SCHEMA, NEEDED_ROLE, ROLE_SCHEMA } from '../members/permissions.ts'
import { getProfile, PROFILE_REFUSALS } from '../profiles/profile-creation.ts'
import { requestLimit } from '../request-limit.ts'
import type { UserParts } from '../user-parts.ts'
import { ID_SCHEMA } from '../uuid.ts'
import { parseEmailAddress } from './email-address.ts'
import { INVITATION_STATES, invitationState } from './invitation.ts'
import { acceptInvitation, getOpenInvitation, invite, withdrawInvitation } from './invitation-changes.ts'
import { findInvitationPreview, type ListedInvitation, listInvitations } from './invitation-repository.ts'

const DAY_MS = 86_400_000
/**
 * Mails that one workspace may have sent, and one person from however many workspaces: more is a mailing list. And
 * mails that one address may be sent by all of them together: more is a flood.
 */
const MAIL_LIMITS = {
  workspace: { windowMs: DAY_MS, limit: 200 },
  inviter: { windowMs: DAY_MS, limit: 200 },
  recipient: { windowMs: DAY_MS, limit: 10 },
} as const

const DEFAULTS = { expiresInDays: 7, useLimit: 50 } as const

const TIME_SCHEMA = Type.String({ format: 'date-time' })
const EMAIL_SCHEMA = Type.Union([Type.String({ format: 'email' }), Type.Null()], {
  description: 'Null: anybody who has the link.',
})
const WORKSPACE_PARAMS = Type.Object({ workspaceId: ID_SCHEMA })
const TOKEN_PARAMS = Type.Object({ token: Type.String({ minLength: 1, maxLength: 100 }) })
const INVITATION_FIELDS = {
  id: ID_SCHEMA,
  email: EMAIL_SCHEMA,
  role: GRANTABLE_ROLE_SCHEMA,
  state: Type.Enum([...INVITATION_STATES]),
  createdBy: Type.Object({
    userId: ID_SCHEMA,
    name: Type.Union([NAME_VIEW, Type.Null()], { description: 'Null for an account that was removed.' }),
  }),
  createdAt: TIME_SCHEMA,
  expiresAt: TIME_SCHEMA,
  useLimit: Type.Integer({ minimum: 1, maximum: 1_000 }),
  useCount: Type.Integer({ minimum: 0 }),
}
const REQUEST_SCHEMA = bodyOf({
  email: Type.Optional(
    Type.String({ maxLength: 254, 'x-format': 'email', description: 'Absent: a link that anybody may use.' }),
  ),
  role: GRANTABLE_ROLE_SCHEMA,
  expiresInDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 30, default: DEFAULTS.expiresInDays })),
  useLimit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 1_000, default: DEFAULTS.useLimit, description: 'By mail it is always 1.' }),
  ),
})
const USE_REFUSALS = [
  'USER_INVITATION_UNKNOWN',
  'USER_INVITATION_EXPIRED',
  'USER_INVITATION_USED',
  'USER_INVITATION_REVOKED',
] as const
const tags = ['invitations']

export function addInvitationOperations(app: App, parts: UserParts): void {
  addList(app, parts)
  addCreation(app, parts)
  addWithdrawal(app, parts)
  addPreview(app, parts)
  addAcceptance(app, parts)
}

function addList(app: App, { store, clock }: UserParts): void {
  app.get(
    '/api/users/workspaces/:workspaceId/invitations',
    {
      onRequest: requireRole(NEEDED_ROLE['read invitations']),
      config: { scope: 'admin' },
      schema: {
        tags,
        operationId: 'listInvitations',
        summary: 'Invitations into the workspace, the newest first',
        params: WORKSPACE_PARAMS,
        response: {
          200: Type.Object({ invitations: Type.Array(Type.Object(INVITATION_FIELDS, { title: 'Invitation' })) }),
        },
      },
    },
    async ({ membership }) => {
      const now = clock.now()
      const invitations = await listInvitations(store.db, membership.workspaceId, now)
      return { invitations: invitations.map((invitation) => answerOf(invitation, now)) }
    },
  )
}

function addCreation(app: App, parts: UserParts): void {
  const url = Type.String({ format: 'uri', description: 'Shown only this once.' })
  const MADE = Type.Object({ ...INVITATION_FIELDS, url }, { title: 'CreatedInvitation' })
  app.post(
    '/api/users/workspaces/:workspaceId/invitations',
    {
      onRequest: requireRole(NEEDED_ROLE['invite people']),
      config: { scope: 'admin' },
      schema: {
        tags,
        operationId: 'createInvitation',
        summary: 'Invite by link, or by mail',
        params: WORKSPACE_PARAMS,
        body: REQUEST_SCHEMA,
        refusals: [
          'USER_INPUT_INVALID',
          'USER_NOT_ALLOWED',
          'USER_INVITATION_LIMIT',
          'USER_TOO_MANY_REQUESTS',
          ...PROFILE_REFUSALS,
        ],
        response: { 201: MADE },
      },
    },
    async ({ caller, params: { workspaceId }, body: { email: address, ...body } }, reply) => {
      const email = address === undefined ? undefined : parseEmailAddress(address)
      const waiting = requestLimit()
      const inviter = await getProfile(parts, caller.userId, waiting)
      if (email !== undefined) await countMail(parts, { workspaceId, inviterId: inviter.userId, email })
      const asked = { ...DEFAULTS, ...body, ...(email === undefined ? {} : { email }), workspaceId, inviter }
      const { invitation, url } = await invite(parts, asked, waiting)
      const answer = answerOf({ ...invitation, createdByName: inviter.name }, parts.clock.now())
      return reply.code(201).send({ ...answer, url })
    },
  )
}

function addWithdrawal(app: App, parts: UserParts): void {
  app.delete(
    '/api/users/workspaces/:workspaceId/invitations/:invitationId',
    {
      onRequest: requireRole(NEEDED_ROLE['invite people']),
      config: { scope: 'admin' },
      schema: {
        tags,
        operationId: 'withdrawInvitation',
        summary: 'Withdraw an invitation',
        params: Type.Object({ workspaceId: ID_SCHEMA, invitationId: ID_SCHEMA }),
        refusals: ['USER_NOT_ALLOWED', 'USER_INVITATION_UNKNOWN'],
        response: { 204: Type.Null({ description: 'Withdrawn' }) },
      },
    },
    async ({ caller: { userId }, params }, reply) => {
      await withdrawInvitation(parts, { ...params, userId })
      return reply.code(204).send(null)
    },
  )
}

function addPreview(app: App, parts: UserParts): void {
  const PREVIEW = Type.Object(
    {
      workspaceName: NAME_VIEW,
      inviterName: Type.Union([NAME_VIEW, Type.Null()], { description: 'Null for an account that was removed.' }),
      role: GRANTABLE_ROLE_SCHEMA,
      isForOneAddress: Type.Boolean({ description: 'True: only the account of the invited address may accept.' }),
      expiresAt: TIME_SCHEMA,
    },
    { title: 'InvitationPreview' },
  )
  app.get(
    '/api/users/invitations/:token',
    {
      config: { access: 'public', secretParameters: ['token'] }, // seen before signing up
      schema: {
        tags,
        operationId: 'previewInvitation',
        summary: 'What an invitation is for',
        params: TOKEN_PARAMS,
        refusals: USE_REFUSALS,
        response: { 200: PREVIEW },
      },
    },
    async ({ params }) => {
      const { id, role, email, expiresAt } = await getOpenInvitation(parts, params.token)
      const names = await findInvitationPreview(parts.store.db, id)
      if (names === undefined) throw invitationUnknown() // the workspace was removed in this moment
      return { ...names, role, isForOneAddress: email !== undefined, expiresAt: expiresAt.toISOString() }
    },
  )
}

function addAcceptance(app: App, parts: UserParts): void {
  const hasJoined = Type.Boolean({ description: 'False for who was a member before: then nothing has changed.' })
  const fields = { workspaceId: ID_SCHEMA, role: ROLE_SCHEMA, hasJoined }
  app.post(
    '/api/users/invitations/:token/accept',
    {
      config: { access: 'session', secretParameters: ['token'] },
      schema: {
        tags,
        operationId: 'acceptInvitation',
        summary: 'Join the workspace',
        params: TOKEN_PARAMS,
        refusals: [
          ...USE_REFUSALS,
          'USER_EMAIL_UNVERIFIED',
          'USER_INVITATION_FOREIGN',
          'USER_INVITATION_AFTER_REMOVAL',
          ...PROFILE_REFUSALS,
        ],
        response: { 200: Type.Object(fields, { title: 'AcceptedInvitation' }) },
      },
    },
    async ({ caller: { userId }, params: { token } }) => {
      const waiting = requestLimit()
      await getProfile(parts, userId, waiting)
      return acceptInvitation(parts, { token, userId }, waiting)
    },
  )
}

interface MailToCount {
  readonly workspaceId: string
  readonly inviterId: string
  readonly email: string
}

async function countMail({ counters }: UserParts, { workspaceId, inviterId, email }: MailToCount): Promise<void> {
  // A digest: addresses do not get into the store of the bus.
  const recipient = createHash('sha256').update(email).digest('base64url')
  const counted = [
    [`user:invitation-mails:${workspaceId}`, MAIL_LIMITS.workspace],
    [`user:invitation-mails-by:${inviterId}`, MAIL_LIMITS.inviter],
    [`user:invitation-mails-to:${recipient}`, MAIL_LIMITS.recipient],
  ] as const
  for (const [key, limit] of counted) {
    const { isOver, retryAfterMs } = await counters.count(key, limit)
    if (isOver) throw tooManyRequests(retryAfterMs)
  }
}

function answerOf(invitation: ListedInvitation, now: Date) {
  const { id, email = null, role, createdBy, createdByName = null, useLimit, useCount } = invitation
  return {
    id,
    email,
    role,
    useLimit,
    useCount,
    state: invitationState(invitation, now),
    createdBy: { userId: createdBy, name: createdByName },
    createdAt: invitation.createdAt.toISOString(),
    expiresAt: invitation.expiresAt.toISOString(),
  }
}
