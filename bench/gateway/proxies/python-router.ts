import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installPythonRouter } from '../installed.ts'
import { startProgram } from '../program.ts'
import type { ProxyKind, ProxyPlaces } from './proxy.ts'

const FOLDER = fileURLToPath(new URL('.', import.meta.url))

/** The Pattern Router that code-hub's document sketches: FastAPI and httpx on hypercorn, one worker. */
export const PYTHON_ROUTER: ProxyKind = {
  name: 'Python router (seed 004)',
  start: async ({ bench, port, requestPort, livePort }: ProxyPlaces) => {
    const folder = await installPythonRouter()
    if (folder === undefined) return undefined
    const name = 'Python router (seed 004)'
    const args = [
      '--workers',
      '0',
      '--bind',
      `127.0.0.1:${port}`,
      '--backlog',
      '4096',
      '--keep-alive',
      '600',
      'python_router:app',
    ]
    const environment = {
      PYTHONPATH: FOLDER,
      PYTHONDONTWRITEBYTECODE: '1',
      REQUEST_PORT: String(requestPort),
      LIVE_PORT: String(livePort),
    }
    const command = join(folder, 'bin', 'hypercorn')
    return { name, pid: await startProgram({ name, command, args, port, environment }, bench), port }
  },
}
