import { ROLES } from '@portolan/identity'
import type { App } from '@portolan/service'
import Type from 'typebox'
import { memberUnknown } from '../errors.ts'
import type { UserParts } from '../user-parts.ts'
import { isUuid } from '../uuid.ts'
import { findRole } from './member-repository.ts'

/** What other services ask, with a service token. */
export function addInternalOperations(app: App, { store }: UserParts): void {
  app.get(
    '/internal/workspaces/:workspaceId/members/:userId',
    {
      config: { access: 'service' },
      schema: {
        params: Type.Object({ workspaceId: Type.String(), userId: Type.String() }),
        response: { 200: Type.Object({ role: Type.Enum([...ROLES]) }) },
      },
    },
    async ({ params: { workspaceId, userId } }) => {
      const isPossible = isUuid(workspaceId) && isUuid(userId)
      const role = isPossible ? await findRole(store.db, workspaceId, userId) : undefined
      if (role === undefined) throw memberUnknown()
      return { role }
    },
  )
}
