import path from 'node:path'
import { defineService, LISTEN_ENVIRONMENT, listen } from '@portolan/service'
import Type from 'typebox'
import { openHubApp } from './hub-app.ts'
import { HubSessions } from './hub-sessions.ts'
import { PEOPLE, People } from './people.ts'
import { WorkspaceEngine } from './workspace-engine.ts'
import { Workspaces } from './workspaces.ts'

const FIRST_NAMES = ['alpha', 'beta'] as const

/** The control plane: it signs people in, and creates, starts, stops and shares workspaces. */
export const service = defineService({
  name: 'hub',
  environment: Type.Object({
    ...LISTEN_ENVIRONMENT,
    PUBLIC_ORIGIN: Type.String({ format: 'url' }),
    SERVICE_KEY: Type.String({ minLength: 32 }),
    ENGINE_SOCKET: Type.String(),
    IMAGE: Type.String(),
    DATA_FOLDER: Type.String(),
  }),
  async start({ environment, logger, signal }) {
    const { PUBLIC_ORIGIN: publicOrigin, SERVICE_KEY: serviceKey, ENGINE_SOCKET, IMAGE, DATA_FOLDER } = environment
    const domain = new URL(publicOrigin).hostname
    const engine = new WorkspaceEngine({
      address: { type: 'socket', path: ENGINE_SOCKET },
      image: IMAGE,
      folder: path.join(DATA_FOLDER, 'workspaces'),
      domain,
    })
    const workspaces = new Workspaces(engine, domain)
    for (const [index, { id }] of PEOPLE.entries()) await workspaces.create(FIRST_NAMES[index] ?? id, id)
    const sessions = new HubSessions({ publicOrigin, serviceKey })
    const working = new AbortController()
    const people = await People.open()
    const app = await openHubApp({ logger, publicOrigin, people, sessions, workspaces, signal: working.signal })
    const running = await listen(app, { address: environment.HOST, port: environment.PORT }, { signal })
    return {
      addresses: running.addresses ?? [],
      async close(waiting) {
        await running.close(waiting)
        working.abort()
        await workspaces.close(waiting)
      },
    }
  },
})
