import { formatPortRange } from '@portolan/ports'
import { expect, test } from 'vitest'
import { findCollisions, isConflictFree, planMoves } from './move-plan.ts'
import { formatMovePlan } from './plan-text.ts'
import { describeNeed, type PortEntry } from './port-entry.ts'
import { readPortFiles } from './port-file.ts'

const BANDS = [{ environment: 'production', kind: 'app', range: { first: 4000, last: 4499 } }]

/** A container that runs, as a host's observer sees it. */
function running(project: string, container: string, port: number): PortEntry {
  const place = { file: 'host app-server', part: 'port', ports: { first: port, last: port } } as const
  return {
    project,
    environment: 'production',
    kind: 'app',
    purpose: 'main',
    transport: 'tcp',
    shape: 'pair',
    authority: 'running',
    places: [{ ...place, says: `container "${container}"` }],
  }
}

const VSVS_PORTS = `{
  "project": "vsvs-kr",
  "production": { "blue": 4100, "green": 4101 }
}
`
const VSVS_WORKFLOW = `name: deploy
on: push
env:
  BLUE_PORT: 4100
  GREEN_PORT: 4101
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: podman run -d --publish 4100:3000 vsvs-kr
`
const files = [
  { file: 'vsvs-kr/.codeb/ports.json', text: VSVS_PORTS },
  { file: 'vsvs-kr/.github/workflows/deploy.yml', text: VSVS_WORKFLOW },
]
const entries = [
  ...readPortFiles(files).entries,
  running('worb', 'worb-docker-blue', 4100),
  running('w-homepage', 'w-homepage-docker', 4101),
]

test("on the seed's data what runs keeps its place, and the others get the next pairs", () => {
  const plan = planMoves(entries, { bands: BANDS })
  const ports = plan.needs.map(({ need, range, outcome }) => `${need.project} ${formatPortRange(range)} ${outcome}`)
  expect(ports.toSorted()).toEqual(['vsvs-kr 4104-4105 moved', 'w-homepage 4102-4103 moved', 'worb 4100-4101 kept'])
  expect(isConflictFree(plan)).toBe(true)
})

test('before the plan three projects want the same two ports', () => {
  const collisions = findCollisions(entries)
  expect(collisions.map(({ port, wishers }) => [port, wishers.map(describeNeed).toSorted()])).toEqual([
    [4100, ['vsvs-kr (production, app, main)', 'w-homepage (production, app, main)', 'worb (production, app, main)']],
    [4101, ['vsvs-kr (production, app, main)', 'w-homepage (production, app, main)', 'worb (production, app, main)']],
  ])
})

test('the plan says every line that changes, from what to what, and why', () => {
  expect(formatMovePlan(planMoves(entries, { bands: BANDS }))).toBe(
    `3 needs: 1 kept, 2 moved
> vsvs-kr (production, app, main) moves 4100, 4101 → 4104-4105
    4100-4101 is kept by worb (production, app, main): it runs there now (container "worb-docker-blue" on 4100); 4104-4105 are the next free ports
  ~ vsvs-kr/.codeb/ports.json:3:27  blue: 4100 → 4104
  ~ vsvs-kr/.codeb/ports.json:3:42  green: 4101 → 4105
  ~ vsvs-kr/.github/workflows/deploy.yml:4:14  BLUE_PORT (workflow): 4100 → 4104
  ~ vsvs-kr/.github/workflows/deploy.yml:5:15  GREEN_PORT (workflow): 4101 → 4105
  ~ vsvs-kr/.github/workflows/deploy.yml:10:38  --publish (job deploy, step 1): 4100 → 4104
= worb (production, app, main) keeps 4100-4101
    it runs there now (container "worb-docker-blue" on 4100)
> w-homepage (production, app, main) moves 4101 → 4102-4103
    4100-4101 is kept by worb (production, app, main): it runs there now (container "worb-docker-blue" on 4100); 4102-4103 are the next free ports
  ! host app-server  container "w-homepage-docker" is on 4101: deploy it again on 4102-4103`,
  )
})

test('a central file outweighs a project that says otherwise, and what runs outweighs both', () => {
  const central = JSON.stringify({
    projects: {
      'vsvs-kr': { production: { blue: 4104, green: 4105 } },
      other: { production: { blue: 4100, green: 4101 } },
    },
  })
  const all = [
    ...readPortFiles([...files, { file: 'ports.json', text: central }]).entries,
    running('worb', 'worb', 4100),
  ]
  const { needs } = planMoves(all, { bands: BANDS })
  expect(needs.map(({ need, range }) => [need.project, formatPortRange(range)])).toEqual([
    ['vsvs-kr', '4104-4105'],
    ['other', '4102-4103'],
    ['worb', '4100-4101'],
  ])
})

// As the document has it, comment and all.
const SEED_CENTRAL = `{
  "lastUpdated": "2026-01-13T...",
  "projects": {
    "worb": {
      "production": { "blue": 4100, "green": 4101 }
    },
    "w-homepage": {
      "production": { "blue": 4102, "green": 4103 }  // 수정 필요
    },
    "vsvs-kr": {
      "production": { "blue": 4104, "green": 4105 }
    }
  },
  "allocated": [4100, 4101, 4102, 4103, 4104, 4105]
}`
const SEED_SLOTS = `{
  "projectName": "vsvs-kr",
  "environment": "production",
  "activeSlot": "blue",
  "blue": { "name": "blue", "state": "deployed", "port": 4102, "version": "1.0.0-abc1234" },
  "green": {}
}`

test("with the document's central file and slot file as well, the result is the same", () => {
  const more = [
    { file: 'registry/ports.json', text: SEED_CENTRAL },
    { file: 'registry/slots/vsvs-kr-production.json', text: SEED_SLOTS },
  ]
  const inventory = readPortFiles([...files, ...more])
  const plan = planMoves([...inventory.entries, ...entries.slice(-2)], { bands: BANDS })
  const ports = plan.needs.map(({ need, range, outcome }) => `${need.project} ${formatPortRange(range)} ${outcome}`)
  expect(ports.toSorted()).toEqual(['vsvs-kr 4104-4105 kept', 'w-homepage 4102-4103 kept', 'worb 4100-4101 kept'])
})
