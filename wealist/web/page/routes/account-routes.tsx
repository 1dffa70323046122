import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { plainRoute } from './signed-in-route.tsx'

export const accountRoute = createRoute({
  getParentRoute: () => plainRoute,
  id: 'account',
  component: lazyRouteComponent(() => import('../features/account/account-layout.tsx'), 'AccountLayout'),
})

const profile = createRoute({
  getParentRoute: () => accountRoute,
  path: '/settings/profile',
  component: lazyRouteComponent(() => import('../features/profile/profile-page.tsx'), 'ProfilePage'),
})

const appearance = createRoute({
  getParentRoute: () => accountRoute,
  path: '/settings/appearance',
  component: lazyRouteComponent(() => import('../features/appearance/appearance-page.tsx'), 'AppearancePage'),
})

const security = createRoute({
  getParentRoute: () => accountRoute,
  path: '/settings/security',
  component: lazyRouteComponent(() => import('../features/security/security-page.tsx'), 'SecurityPage'),
})

const sessions = createRoute({
  getParentRoute: () => accountRoute,
  path: '/settings/sessions',
  component: lazyRouteComponent(() => import('../features/sessions/sessions-page.tsx'), 'SessionsPage'),
})

const tokens = createRoute({
  getParentRoute: () => accountRoute,
  path: '/settings/tokens',
  component: lazyRouteComponent(() => import('../features/tokens/tokens-page.tsx'), 'TokensPage'),
})

const removal = createRoute({
  getParentRoute: () => accountRoute,
  path: '/settings/removal',
  component: lazyRouteComponent(() => import('../features/removal/removal-page.tsx'), 'RemovalPage'),
})

const mail = createRoute({
  getParentRoute: () => accountRoute,
  path: '/settings/mail',
  component: lazyRouteComponent(() => import('../features/mail/mail-page.tsx'), 'MailPage'),
})

export const accountRoutes = [profile, appearance, security, sessions, tokens, removal, mail] as const
