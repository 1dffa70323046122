import type { WealistWorld } from './wealist-world.ts'

/** What can be taken away from a stack while people use it. */
export type Part = 'services' | 'database'

/**
 * Kills a part of the stack, and keeps the supervisor from starting it again for as long as `work` takes: so nothing
 * has to be quick. Afterwards it comes back by itself.
 */
export async function withoutPart(world: WealistWorld, part: Part, work: () => Promise<void>): Promise<void> {
  const pid = part === 'services' ? await moduleHost(world) : await postmaster(world)
  const supervisor = await world.copy.supervisorPid()
  process.kill(supervisor, 'SIGSTOP')
  try {
    process.kill(pid, 'SIGKILL')
    await work()
  } finally {
    process.kill(supervisor, 'SIGCONT')
  }
}

async function moduleHost(world: WealistWorld): Promise<number> {
  return (await world.copy.processLike(/module-host\/main\.ts/)).pid
}

async function postmaster(world: WealistWorld): Promise<number> {
  const { services } = await world.copy.status()
  const pid = services.find(({ name }) => name === 'postgres')?.pid
  if (typeof pid !== 'number') throw new Error('PostgreSQL has no process.')
  return pid
}
