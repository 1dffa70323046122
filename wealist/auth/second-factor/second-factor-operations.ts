import { bodyOf } from '@portolan/openapi'
import type { App } from '@portolan/service'
import Type from 'typebox'
import type { AuthParts } from '../auth-parts.ts'
import { CodeField, NOTHING, PasswordField } from '../fields.ts'
import { sessionCallerOf } from '../sessions/session-caller.ts'
import { beginSetUp, confirmSetUp, renewRecoveryCodes, turnOff } from './second-factor.ts'

const tags = ['second factor']
const SetUp = Type.Object(
  {
    secret: Type.String({ pattern: '^[A-Z2-7]+$', description: 'Base32, for who types it.' }),
    uri: Type.String({ format: 'uri', description: 'For the QR code.' }),
  },
  { title: 'TotpSetUp' },
)
const RecoveryCodes = Type.Object(
  { recoveryCodes: Type.Array(Type.String(), { description: 'Shown once.' }) },
  { title: 'RecoveryCodes' },
)
const CODE_REFUSALS = ['AUTH_CODE_WRONG', 'AUTH_CODE_USED', 'AUTH_TOTP_OFF', 'AUTH_TOO_MANY_ATTEMPTS'] as const

const beginSchema = {
  tags,
  operationId: 'beginTotp',
  summary: 'Begin to set up an app; it counts once a code of it was confirmed',
  refusals: ['AUTH_TOTP_ON', 'AUTH_ACCOUNT_UNKNOWN'],
  response: { 200: SetUp },
}

const confirmSchema = {
  tags,
  operationId: 'confirmTotp',
  summary: 'Turn the second factor on',
  body: bodyOf({ code: CodeField }),
  refusals: CODE_REFUSALS,
  response: { 200: RecoveryCodes },
}

const disableSchema = {
  tags,
  operationId: 'disableTotp',
  summary: 'Turn the second factor off',
  body: bodyOf({ password: Type.Optional(PasswordField), code: CodeField }),
  refusals: [...CODE_REFUSALS, 'AUTH_PASSWORD_WRONG', 'AUTH_ACCOUNT_UNKNOWN'],
  response: { 204: NOTHING },
}

const renewSchema = {
  tags,
  operationId: 'renewRecoveryCodes',
  summary: 'New recovery codes instead of the old ones',
  body: bodyOf({ code: CodeField }),
  refusals: CODE_REFUSALS,
  response: { 200: RecoveryCodes },
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
