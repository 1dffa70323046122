/** The pages for whoever is not signed in, each in what it shows at first. */
export const ENTRY_PAGES = [
  '/sign-in',
  '/sign-in?error=AUTH_PROVIDER_DENIED',
  '/sign-in/second-factor',
  '/sign-in/second-factor#challenge=x',
  '/sign-up',
  '/verify-email',
  '/verify-email#token=x',
  '/forgot-password',
  '/reset-password',
  '/reset-password#token=x',
  '/invitation',
  '/invitation#token=x',
] as const

const WORKSPACE_PAGES = ['', '/members', '/invitations', '/log', '/settings'] as const
const ACCOUNT_PAGES = ['profile', 'appearance', 'security', 'sessions', 'tokens', 'removal', 'mail'] as const

/** The pages for somebody who is in that workspace, and those where there is nothing. */
export function signedInPages(workspaceId: string): readonly string[] {
  return [
    ...WORKSPACE_PAGES.map((page) => `/w/${workspaceId}${page}`),
    ...ACCOUNT_PAGES.map((page) => `/settings/${page}`),
    '/workspaces',
    '/workspaces/new',
    '/no-such-page',
    '/w/no-such-workspace',
  ]
}
