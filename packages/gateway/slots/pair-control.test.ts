import { AppError } from '@portolan/errors'
import { expect, test } from 'vitest'
import type { GatewayConfiguration } from '../configuration.ts'
import { SILENT } from '../log.ts'
import type { Half } from '../upstreams/half.ts'
import type { PairDeclaration } from '../upstreams/upstream-declaration.ts'
import { promoteRefused } from '../upstreams/upstream-errors.ts'
import { PairControl } from './pair-control.ts'

const BLUE = { host: '127.0.0.1', port: 4100, version: '1' }
const GREEN = { host: '127.0.0.1', port: 4101, version: '2' }

function configurationWith(pair: Partial<PairDeclaration>): GatewayConfiguration {
  return {
    stack: 'test',
    workers: 1,
    domains: [],
    trustedProxies: [],
    listeners: [],
    routes: [],
    upstreams: [{ name: 'worb', pair: { blue: BLUE, green: GREEN, active: 'blue', ...pair } }],
  }
}

/** Whoever serves takes everything, unless a refusal is put in its way. */
function openControl(pair: Partial<PairDeclaration> = {}) {
  const applied: (PairDeclaration | undefined)[] = []
  const told: string[] = []
  const refusals: Error[] = []
  const control = new PairControl(configurationWith(pair), {
    logger: SILENT,
    apply: ({ upstreams = [] }) => {
      const refusal = refusals.shift()
      if (refusal !== undefined) return Promise.reject(refusal)
      applied.push(upstreams[0]?.pair)
      return Promise.resolve()
    },
    onRolledBack: (upstream, reason) => {
      told.push(`${upstream}: ${reason}`)
      return Promise.resolve()
    },
  })
  const rolledBack = (from: Half, to: Half) =>
    control.takeEvent({ type: 'rolled-back', upstream: 'worb', from, to, reason: 'it died' })
  return { control, applied, told, refusals, rolledBack, active: () => control.effective.upstreams?.[0]?.pair }
}

test('what one process has rolled back counts for all of them, and is told once', async () => {
  const { applied, told, rolledBack, active } = openControl({ active: 'green' })
  await Promise.all([rolledBack('green', 'blue'), rolledBack('green', 'blue')])
  expect(applied).toMatchObject([{ active: 'blue', isOtherWarm: false }])
  expect(told).toEqual(['worb: it died'])
  expect(active()).toMatchObject({ active: 'blue' })
})

test('the same configuration once more does not promote what was rolled back; after the other one it does', async () => {
  const { control, rolledBack, active } = openControl({ active: 'green' })
  await rolledBack('green', 'blue')
  await control.configure(configurationWith({ active: 'green' }))
  expect(active()?.active).toBe('blue')
  await control.configure(configurationWith({ active: 'blue' }))
  await control.configure(configurationWith({ active: 'green' }))
  expect(active()?.active).toBe('green')
})

test('another version in the half that was rolled back is another half', async () => {
  const { control, rolledBack, active } = openControl({ active: 'green' })
  await rolledBack('green', 'blue')
  await control.configure(configurationWith({ active: 'green', green: { ...GREEN, version: '3' } }))
  expect(active()).toMatchObject({ active: 'green', green: { version: '3' } })
})

const SLOTS = { project: 'worb', environment: 'production' }
const PICTURE = { claimId: 1, token: 1 }

test('a half that the registry promotes and that is refused is turned back, if there is a way back', async () => {
  const { control, refusals, told, applied } = openControl({ slots: SLOTS })
  refusals.push(promoteRefused('worb', 'green', 'nothing listens there'))
  await control.takePicture('worb', {
    ...PICTURE,
    pair: { blue: BLUE, green: GREEN, active: 'green', isOtherWarm: true },
  })
  expect(told).toEqual(['worb: nothing listens there'])
  expect(applied).toMatchObject([{ active: 'blue', isOtherWarm: false }])
})

test('what is refused for another reason leaves everything as it was', async () => {
  const { control, refusals, active } = openControl({ slots: SLOTS })
  refusals.push(new AppError('GATEWAY_WORKER_ENDED', 'A worker ended.'))
  const picture = { ...PICTURE, pair: { blue: BLUE, green: GREEN, active: 'green', isOtherWarm: true } } as const
  await expect(control.takePicture('worb', picture)).rejects.toThrow('A worker ended.')
  expect(active()?.active).toBe('blue')
  await control.takePicture('worb', picture)
  expect(active()?.active).toBe('green')
})
