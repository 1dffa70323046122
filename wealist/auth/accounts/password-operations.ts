import { bodyOf } from '@portolan/openapi'
import type { App } from '@portolan/service'
import Type from 'typebox'
import type { AuthParts } from '../auth-parts.ts'
import { DeliveryField, EmailField, NOTHING, OneTimeTokenField, PasswordField } from '../fields.ts'
import { sessionCallerOf } from '../sessions/session-caller.ts'
import { changePassword, requestReset, resetPassword } from './password.ts'

const tags = ['password']
const ResetSent = Type.Object({ status: Type.Literal('reset-sent'), delivery: DeliveryField })

const forgotSchema = {
  tags,
  operationId: 'forgotPassword',
  summary: 'Send a link for a new password; the answer is the same for an address without an account',
  body: bodyOf({ email: EmailField }),
  refusals: ['AUTH_INPUT_INVALID', 'AUTH_TOO_MANY_ATTEMPTS'],
  response: { 202: ResetSent },
}

const resetSchema = {
  tags,
  operationId: 'resetPassword',
  summary: 'Set a new password by the token of a mail; all sessions end',
  body: bodyOf({ token: OneTimeTokenField, password: PasswordField }),
  refusals: ['AUTH_LINK_INVALID', 'IDENTITY_PASSWORD_REFUSED', 'AUTH_TOO_MANY_ATTEMPTS'],
  response: { 204: NOTHING },
}

const changeSchema = {
  tags,
  operationId: 'changePassword',
  summary: 'Change the password; all other sessions end',
  body: bodyOf({ current: PasswordField, next: PasswordField }),
  refusals: [
    'AUTH_PASSWORD_WRONG',
    'AUTH_PASSWORD_NOT_SET',
    'AUTH_ACCOUNT_UNKNOWN',
    'IDENTITY_PASSWORD_REFUSED',
    'AUTH_TOO_MANY_ATTEMPTS',
  ],
  response: { 204: NOTHING },
}

export function addPasswordOperations(app: App, parts: AuthParts): void {
  const open = { access: 'public' } as const
  app.post('/api/auth/password/forgot', { config: open, schema: forgotSchema }, async ({ body, ip }, reply) => {
    await requestReset(parts, body.email, ip)
    return reply.code(202).send({ status: 'reset-sent', delivery: parts.delivery })
  })
  app.post('/api/auth/password/reset', { config: open, schema: resetSchema }, async ({ body, ip }, reply) => {
    await resetPassword(parts, body, ip)
    return reply.code(204).send(null)
  })
  const config = { access: 'session' } as const
  app.post('/api/auth/password/change', { config, schema: changeSchema }, async (request, reply) => {
    const { userId, sessionId } = sessionCallerOf(request)
    await changePassword(parts, { userId, sessionId, ...request.body })
    return reply.code(204).send(null)
  })
}
