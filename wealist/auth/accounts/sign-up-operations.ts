import type { App } from '@portolan/service'
import Type from 'typebox'
import type { AuthParts } from '../auth-parts.ts'
import {
  bodyOf,
  EmailField,
  LocaleField,
  LocalPathField,
  NameField,
  OneTimeTokenField,
  PasswordField,
  PROBLEMS,
} from '../fields.ts'
import { resendVerification, signUp, verifyEmail } from './sign-up.ts'

const SignUpBody = bodyOf({
  email: EmailField,
  password: PasswordField,
  name: NameField,
  locale: LocaleField,
  next: Type.Optional(LocalPathField),
})
const VerificationSent = Type.Object({ status: Type.Literal('verification-sent') })
const Verified = Type.Object({
  status: Type.Literal('verified'),
  email: Type.String(),
  next: Type.Optional(Type.String()),
})

const tags = ['sign-up']

const signUpSchema = {
  tags,
  operationId: 'signUp',
  summary: 'Sign up; the answer is the same for an address that has an account',
  body: SignUpBody,
  response: { 202: VerificationSent, ...PROBLEMS },
}

const resendSchema = {
  tags,
  operationId: 'resendVerification',
  summary: 'Send the mail of a sign-up again',
  body: bodyOf({ email: EmailField }),
  response: { 202: VerificationSent, ...PROBLEMS },
}

const verifySchema = {
  tags,
  operationId: 'verifyEmail',
  summary: 'Confirm an address by the token of a mail; it signs nobody in',
  body: bodyOf({ token: OneTimeTokenField }),
  response: { 200: Verified, ...PROBLEMS },
}

export function addSignUpOperations(app: App, parts: AuthParts): void {
  const config = { access: 'public' } as const
  const sent = { status: 'verification-sent' } as const

  app.post('/api/auth/sign-up', { config, schema: signUpSchema }, async ({ body, ip }, reply) => {
    await signUp(parts, body, ip)
    return reply.code(202).send(sent)
  })
  app.post('/api/auth/email/resend', { config, schema: resendSchema }, async ({ body, ip }, reply) => {
    await resendVerification(parts, body.email, ip)
    return reply.code(202).send(sent)
  })
  app.post('/api/auth/email/verify', { config, schema: verifySchema }, async ({ body, ip }) => {
    const { account, nextPath } = await verifyEmail(parts, body.token, ip)
    const next = nextPath === undefined ? {} : { next: nextPath }
    return { status: 'verified', email: account.email, ...next } as const
  })
}
