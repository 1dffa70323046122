import { expect, test } from 'vitest'
import { containerIdOf } from './container.ts'
import { PORTOLAN_LABELS, portolanLabelsOf } from './portolan-label.ts'

const ID = '08146f51a8f51ae6e831aa7c77e940175fb3d9801ff8e96e08606f8d2807f5d0'
const INNER = ID.replaceAll('0', '1')

test.for([
  [`0::/system.slice/docker-${ID}.scope`],
  [`9:name=systemd:/docker/${ID}`],
  [`8:pids:/libpod_parent/libpod-${ID}\n0::/`],
  [`0::/machine.slice/libpod-${ID}.scope/container`],
  [`0::/machine.slice/libpod-conmon-${ID}.scope`],
  [`0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-${ID}.scope`],
  [`0::/docker/${ID}/kubelet/kubepods/pod1/${INNER}`],
] as const)('%s is a container', ([text]) => {
  expect(containerIdOf(`${text}\n`)).toBe(ID)
})

test.for(['', '0::/', '0::/user.slice/user-1000.slice', `0::/${ID}0`, `0::/x${ID}`, '0::/docker/08146f51a8f5'])(
  '%s is none',
  (text) => {
    expect(containerIdOf(`${text}\n`)).toBeUndefined()
  },
)

test('only the labels of Portolan are read, and only those that say something', () => {
  const labels = { 'portolan.claim': '7', 'portolan.project': '', 'com.example': 'x', 'portolan.other': 'y' }
  expect(portolanLabelsOf({ labels })).toEqual({ claim: '7' })
  expect(portolanLabelsOf({})).toEqual({})
  expect(portolanLabelsOf(undefined)).toEqual({})
  const all = Object.fromEntries(Object.values(PORTOLAN_LABELS).map((label) => [label, label]))
  expect(portolanLabelsOf({ labels: all })).toEqual(PORTOLAN_LABELS)
})
