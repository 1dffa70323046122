import type { App } from '@portolan/service'
import Type from 'typebox'
import type { AuthParts } from '../auth-parts.ts'
import { bodyOf, CodeField, NOTHING, PasswordField, PROBLEMS } from '../fields.ts'
import { sessionCallerOf } from '../sessions/session-caller.ts'
import { beginSetUp, confirmSetUp, renewRecoveryCodes, turnOff } from './second-factor.ts'

const tags = ['second factor']
const SetUp = Type.Object({
  secret: Type.String({ description: 'Base32, for who types it.' }),
  uri: Type.String({ description: 'For the QR code.' }),
})
const RecoveryCodes = Type.Object({ recoveryCodes: Type.Array(Type.String(), { description: 'Shown once.' }) })

const beginSchema = {
  tags,
  operationId: 'beginTotp',
  summary: 'Begin to set up an app; it counts once a code of it was confirmed',
  response: { 200: SetUp, ...PROBLEMS },
}

const confirmSchema = {
  tags,
  operationId: 'confirmTotp',
  summary: 'Turn the second factor on',
  body: bodyOf({ code: CodeField }),
  response: { 200: RecoveryCodes, ...PROBLEMS },
}

const disableSchema = {
  tags,
  operationId: 'disableTotp',
  summary: 'Turn the second factor off',
  body: bodyOf({ password: Type.Optional(PasswordField), code: CodeField }),
  response: { 204: NOTHING, ...PROBLEMS },
}

const renewSchema = {
  tags,
  operationId: 'renewRecoveryCodes',
  summary: 'New recovery codes instead of the old ones',
  body: bodyOf({ code: CodeField }),
  response: { 200: RecoveryCodes, ...PROBLEMS },
}

export function addSecondFactorOperations(app: App, parts: AuthParts): void {
  const config = { access: 'session' } as const

  app.post('/api/auth/totp/begin', { config, schema: beginSchema }, async (request) =>
    beginSetUp(parts, sessionCallerOf(request).userId),
  )
  app.post('/api/auth/totp/confirm', { config, schema: confirmSchema }, async (request) => {
    const recoveryCodes = await confirmSetUp(parts, sessionCallerOf(request).userId, request.body.code)
    return { recoveryCodes: [...recoveryCodes] }
  })
  app.post('/api/auth/totp/disable', { config, schema: disableSchema }, async (request, reply) => {
    const { code, password } = request.body
    await turnOff(parts, { userId: sessionCallerOf(request).userId, code, password })
    return reply.code(204).send(null)
  })
  app.post('/api/auth/recovery-codes', { config, schema: renewSchema }, async (request) => {
    const recoveryCodes = await renewRecoveryCodes(parts, sessionCallerOf(request).userId, request.body.code)
    return { recoveryCodes: [...recoveryCodes] }
  })
}
