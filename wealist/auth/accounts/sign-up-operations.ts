import { bodyOf } from '@portolan/openapi'
import type { App } from '@portolan/service'
import Type from 'typebox'
import type { AuthParts } from '../auth-parts.ts'
import {
  DeliveryField,
  EmailField,
  EmailView,
  LocaleField,
  LocalPathField,
  NameField,
  OneTimeTokenField,
  PasswordField,
} from '../fields.ts'
import { resendVerification, signUp, verifyEmail } from './sign-up.ts'

const SignUpBody = bodyOf({
  email: EmailField,
  password: PasswordField,
  name: NameField,
  locale: LocaleField,
  next: Type.Optional(LocalPathField),
})
const VerificationSent = Type.Object(
  { status: Type.Literal('verification-sent'), delivery: DeliveryField },
  { title: 'VerificationSent' },
)
const Verified = Type.Object(
  {
    status: Type.Literal('verified'),
    email: EmailView,
    next: Type.Optional(Type.String({ format: 'uri-reference', description: 'What the sign-up asked for.' })),
  },
  { title: 'EmailVerified' },
)

const tags = ['sign-up']

const signUpSchema = {
  tags,
  operationId: 'signUp',
  summary: 'Sign up; the answer is the same for an address that has an account',
  body: SignUpBody,
  refusals: ['AUTH_INPUT_INVALID', 'IDENTITY_PASSWORD_REFUSED', 'AUTH_TOO_MANY_ATTEMPTS'],
  response: { 202: VerificationSent },
}

const resendSchema = {
  tags,
  operationId: 'resendVerification',
  summary: 'Send the mail of a sign-up again',
  body: bodyOf({ email: EmailField }),
  refusals: ['AUTH_INPUT_INVALID', 'AUTH_TOO_MANY_ATTEMPTS'],
  response: { 202: VerificationSent },
}

const verifySchema = {
  tags,
  operationId: 'verifyEmail',
  summary: 'Confirm an address by the token of a mail and the password of the sign-up; it signs nobody in',
  body: bodyOf({ token: OneTimeTokenField, password: PasswordField }),
  refusals: ['AUTH_LINK_INVALID', 'AUTH_PASSWORD_WRONG', 'AUTH_ADDRESS_TAKEN', 'AUTH_TOO_MANY_ATTEMPTS'],
  response: { 200: Verified },
}

export function addSignUpOperations(app: App, parts: AuthParts): void {
  const config = { access: 'public' } as const
  const sent = { status: 'verification-sent', delivery: parts.delivery } as const

  app.post('/api/auth/sign-up', { config, schema: signUpSchema }, async ({ body, ip }, reply) => {
    await signUp(parts, body, ip)
    return reply.code(202).send(sent)
  })
  app.post('/api/auth/email/resend', { config, schema: resendSchema }, async ({ body, ip }, reply) => {
    await resendVerification(parts, body.email, ip)
    return reply.code(202).send(sent)
  })
  app.post('/api/auth/email/verify', { config, schema: verifySchema }, async ({ body, ip }) => {
    const { account, nextPath } = await verifyEmail(parts, body, ip)
    const next = nextPath === undefined ? {} : { next: nextPath }
    return { status: 'verified', email: account.email, ...next } as const
  })
}
