import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { localPathOf } from '../session/local-path.ts'
import { meQuery } from '../session/me-query.ts'
import { hasSessionHint } from '../session/session-hint.ts'
import type { PageContext } from './page-context.ts'
import { rootRoute } from './root-route.tsx'
import { type EntrySearch, parseEntrySearch } from './search.ts'

interface Arrival {
  readonly context: PageContext
  readonly search: EntrySearch
}

/** Who is signed in already has nothing to do here, but to read what went wrong. */
async function passOn({ context, search: { next, error } }: Arrival): Promise<void> {
  if (!hasSessionHint() || error !== undefined) return
  const me = await context.queryClient.ensureQueryData(meQuery).catch(() => undefined) // then it is asked by signing in
  if (me !== undefined) redirect({ href: localPathOf(next), replace: true, throw: true })
}

const signIn = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: parseEntrySearch,
  beforeLoad: passOn,
  component: lazyRouteComponent(() => import('../features/sign-in/sign-in-page.tsx'), 'SignInPage'),
})

const secondFactor = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in/second-factor',
  validateSearch: parseEntrySearch,
  component: lazyRouteComponent(() => import('../features/sign-in/factor-page.tsx'), 'FactorPage'),
})

const signUp = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-up',
  validateSearch: parseEntrySearch,
  beforeLoad: passOn,
  component: lazyRouteComponent(() => import('../features/sign-up/sign-up-page.tsx'), 'SignUpPage'),
})

const verifyEmail = createRoute({
  getParentRoute: () => rootRoute,
  path: '/verify-email',
  component: lazyRouteComponent(() => import('../features/sign-up/verify-email-page.tsx'), 'VerifyEmailPage'),
})

const forgotPassword = createRoute({
  getParentRoute: () => rootRoute,
  path: '/forgot-password',
  component: lazyRouteComponent(() => import('../features/password/forgot-password-page.tsx'), 'ForgotPasswordPage'),
})

const resetPassword = createRoute({
  getParentRoute: () => rootRoute,
  path: '/reset-password',
  component: lazyRouteComponent(() => import('../features/password/reset-password-page.tsx'), 'ResetPasswordPage'),
})

const invitation = createRoute({
  getParentRoute: () => rootRoute,
  path: '/invitation',
  component: lazyRouteComponent(() => import('../features/invitation/invitation-page.tsx'), 'InvitationPage'),
})

/** Pages for which nobody has to be signed in. */
export const entryRoutes = [
  signIn,
  secondFactor,
  signUp,
  verifyEmail,
  forgotPassword,
  resetPassword,
  invitation,
] as const
