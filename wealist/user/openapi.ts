import { IDENTITY_ERRORS } from '@portolan/identity'
import type { OpenApiOptions } from '@portolan/openapi'
import { USER_ERRORS } from './errors.ts'

/** What `/api/users/openapi.json` says beyond the schemas of the routes. */
export const OPENAPI: OpenApiOptions = {
  title: 'weAlist user',
  description: 'People, workspaces, roles and invitations of weAlist.',
  path: '/api/users/openapi.json',
  operationId: 'getUserDescription',
  tags: {
    profile: 'What I say of myself.',
    account: 'All my data, and the end of it.',
    workspaces: 'What everything belongs to.',
    members: 'Who is in a workspace, and what they may do there.',
    invitations: 'How people get into a workspace.',
    audit: 'Who did what in a workspace.',
    events: 'What changes, as it happens.',
  },
  catalogues: [IDENTITY_ERRORS, USER_ERRORS],
  moreRefusals: ({ url }) => ['USER_STORE_UNAVAILABLE', ...(url.includes('/:workspaceId') ? WORKSPACE_REFUSALS : [])],
}

/** Every route about one workspace asks for the caller's role first. */
const WORKSPACE_REFUSALS = [
  'IDENTITY_WORKSPACE_UNKNOWN',
  'IDENTITY_ROLE_TOO_LOW',
  'IDENTITY_MEMBERSHIP_UNKNOWN',
  'USER_WORKSPACE_UNKNOWN',
] as const
