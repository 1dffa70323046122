import type { App } from '@portolan/service'
import Type from 'typebox'
import type { AuthParts } from '../auth-parts.ts'
import { bodyOf, EmailField, NOTHING, OneTimeTokenField, PasswordField, PROBLEMS } from '../fields.ts'
import { sessionCallerOf } from '../sessions/session-caller.ts'
import { changePassword, requestReset, resetPassword } from './password.ts'

const tags = ['password']
const ResetSent = Type.Object({ status: Type.Literal('reset-sent') })

const forgotSchema = {
  tags,
  operationId: 'forgotPassword',
  summary: 'Send a link for a new password; the answer is the same for an address without an account',
  body: bodyOf({ email: EmailField }),
  response: { 202: ResetSent, ...PROBLEMS },
}

const resetSchema = {
  tags,
  operationId: 'resetPassword',
  summary: 'Set a new password by the token of a mail; all sessions end',
  body: bodyOf({ token: OneTimeTokenField, password: PasswordField }),
  response: { 204: NOTHING, ...PROBLEMS },
}

const changeSchema = {
  tags,
  operationId: 'changePassword',
  summary: 'Change the password; all other sessions end',
  body: bodyOf({ current: PasswordField, next: PasswordField }),
  response: { 204: NOTHING, ...PROBLEMS },
}

export function addPasswordOperations(app: App, parts: AuthParts): void {
  const open = { access: 'public' } as const
  app.post('/api/auth/password/forgot', { config: open, schema: forgotSchema }, async ({ body, ip }, reply) => {
    await requestReset(parts, body.email, ip)
    return reply.code(202).send({ status: 'reset-sent' })
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
