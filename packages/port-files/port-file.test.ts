import { formatPortRange } from '@portolan/ports'
import { expect, test } from 'vitest'
import { describeNeed, type Inventory } from './port-entry.ts'
import { formatOf, originOf, readFile, readPortFile, readPortFiles } from './port-file.ts'

/** `need: part ports@line:column …` of each entry. */
function linesOf({ entries }: Inventory): readonly string[] {
  return entries.map((entry) => {
    const places = entry.places.map(
      ({ part, ports, line, column }) => `${part} ${formatPortRange(ports)}@${line}:${column}`,
    )
    return `${describeNeed(entry)} ${entry.shape}: ${places.join(' ')}`
  })
}

function faultsOf(file: string, text: string): readonly string[] {
  const { faults } = readFile({ file, text, project: 'worb' })
  return faults.all.map(({ line, column, message }) => `${line}:${column} ${message}`)
}

test("a project's own file: environments, other kinds and purposes, and notes that are no ports", () => {
  const text = `{
  "project": "vsvs-kr",
  "production": { "blue": 4100, "green": 4101, "db": 5451, "app:admin": { "port": 4200 }, "domain": "example.com" },
  "environments": { "staging": { "blue": 3000 } },
  "lastUpdated": "2026-01-13"
}`
  expect(linesOf(readPortFile({ file: 'x/.codeb/ports.json', text }))).toEqual([
    'vsvs-kr (production, app, main) pair: blue 4100@3:27 green 4101@3:42',
    'vsvs-kr (production, db, main) single: port 5451@3:54',
    'vsvs-kr (production, app, admin) single: port 4200@3:83',
    'vsvs-kr (staging, app, main) pair: blue 3000@4:42',
  ])
})

test('a project is named by its folder, and one environment may stand right at the top', () => {
  const text = '{ "blue": 4100, "green": "4101", "media:main:udp": "50000-50020" }'
  expect(linesOf(readPortFile({ file: 'worb/.codeb/ports.json', text }))).toEqual([
    'worb (production, app, main) pair: blue 4100@1:11 green 4101@1:27',
    'worb (production, media, main, udp) range: range 50000-50020@1:53',
  ])
})

test('the central file weighs more, and ports that it lists for nobody are reserved', () => {
  const text = `{ "projects": { "worb": { "production": { "blue": 4100, "green": 4101 } } },
  "allocated": [4100, 4102] }`
  const inventory = readPortFile({ file: 'ports.json', text })
  expect(linesOf(inventory)).toEqual(['worb (production, app, main) pair: blue 4100@1:51 green 4101@1:66'])
  expect(inventory.entries[0]?.authority).toBe('central')
  expect(inventory.reserved.map(({ port }) => port)).toEqual([4102])
  expect(inventory.remarks.map(({ line, message }) => `${line} ${message}`)).toEqual([
    '2 4102 is in "allocated", and no project of the file has it.',
    '2 4101 of "worb" is missing in "allocated".',
  ])
})

test('ssot.json says which ports are used, and not by whom', () => {
  const inventory = readPortFile({ file: 'registry/ssot.json', text: '{ "ports": { "used": [4100, 5432] } }' })
  expect([inventory.entries, inventory.reserved.map(({ port }) => port)]).toEqual([[], [4100, 5432]])
})

test('a slot file has a pair and what runs in it', () => {
  const text = `{ "projectName": "vsvs-kr", "environment": "production", "activeSlot": "blue",
    "blue": { "name": "blue", "state": "active", "port": 4102, "version": "1.0.0-abc1234", "deployedBy": "team1" },
    "green": { "name": "green", "state": "empty", "port": 4103 } }`
  const inventory = readPortFile({ file: 'slots/vsvs-kr-production.json', text })
  expect(linesOf(inventory)).toEqual(['vsvs-kr (production, app, main) pair: blue 4102@2:58 green 4103@3:59'])
  expect(inventory.entries[0]?.slots).toEqual({
    blue: { state: 'active', version: '1.0.0-abc1234', deployedBy: 'team1' },
    green: { state: 'empty' },
  })
})

test('a workflow: env of every level, with, run text; what is computed is left alone', () => {
  const text = `on: push
env:
  BLUE_PORT: 4100
jobs:
  deploy:
    environment: production
    env: { GREEN_PORT: "4101", DB_PORT: 5432 }
    steps:
      - name: Start
        env:
          ADMIN_BLUE_PORT: 4200
          API_BLUE_PORT: \${{ steps.ports.outputs.blue }}
        run: |
          echo "BLUE_PORT=4100" >> $GITHUB_ENV
          podman run -d -p 127.0.0.1:4101:3000 worb
          docker run -d -p 5432:5432 postgres
          curl localhost:$BLUE_PORT
  test:
    environment: { name: staging }
    steps: [{ run: "export HOST_PORT=3000" }]
`
  expect(linesOf(readPortFile({ file: 'worb/.github/workflows/deploy.yml', text }))).toEqual([
    'worb (production, app, main) pair: blue 4100@3:14 green 4101@7:25 blue 4100@14:27 green 4101@15:38',
    'worb (production, app, admin) pair: blue 4200@11:28',
    'worb (staging, app, main) single: port 3000@20:38',
  ])
})

test('a compose file: every form of a port, merged parts, blue and green services', () => {
  const text = `name: worb
x-base: &base
  image: example.com/worb
services:
  app-blue: { <<: *base, ports: ["4100:3000"] }
  app-green: { <<: *base, ports: ["127.0.0.1:4101:3000/tcp"] }
  db: { image: "postgres:18", ports: ["\${DB_PORT:-5451}:5432"] }
  media:
    ports:
      - 50000-50020:50000-50020/udp
      - target: 80
        published: 4180
      - "[::1]:4190:90"
      - "3000"
      - "\${X}:80"
`
  const inventory = readPortFile({ file: 'docker-compose.yml', text })
  expect(linesOf(inventory)).toEqual([
    'worb (production, app, main) pair: blue 4100@5:35 green 4101@6:46',
    'worb (production, db, main) single: port 5451@7:51',
    'worb (production, app, media, udp) range: range 50000-50020@10:9',
    'worb (production, app, media) single: port 4180@12:20',
    'worb (production, app, media-2) single: port 4190@13:16',
  ])
  expect(inventory.remarks.map(({ line }) => line)).toEqual([14, 15])
})

test.for([
  [
    'ports.json',
    '{ "projects": { "Worb": { "production": { "bleu": 4100, "green": 70000 } } }, "allocated": [0, "x"] }',
    [
      '1:17 "Worb" is no project. Expected 1–100 small letters, digits and . _ / -, not beginning or ending with those signs.',
      '1:93 "allocated" is no port. Expected a whole number from 1 to 65535.',
      '1:96 "allocated" is no port. Expected a whole number from 1 to 65535.',
    ],
  ],
  [
    'x/.codeb/ports.json',
    '{ "production": { "bleu": 4100, "green": 70000 } }',
    [
      '1:19 "bleu" is not known here. Did you mean "blue"?',
      '1:42 "green" is no port. Expected a whole number from 1 to 65535.',
    ],
  ],
  ['ssot.json', '{ "ports": [1,] }', ['1:15 A value is missing here; behind the last one there is no comma.']],
  ['ssot.json', '', ['1:1 The file is empty. Expected JSON.']],
  ['ssot.json', '['.repeat(9_999), ['1:1 The file nests deeper than 60 levels. Expected a file of ports.']],
  [
    'slots/worb-production.json',
    '{ "blue": { "state": "busy", "port": 4100 }, "activeSlot": "red" }',
    [
      '1:22 "busy" is no state. Expected one of empty, deployed, active, grace.',
      '1:60 "red" is no half of a pair. Expected "blue" or "green".',
    ],
  ],
  [
    'compose.yml',
    'services: { a: { ports: ["x:1", "70000:1"] } }',
    [expect.stringContaining('1:26'), expect.stringContaining('1:33')],
  ],
  ['compose.yml', 'services: [', [expect.stringMatching(/^1:/)]],
  ['compose.yml', 'a: &a [*a]\nservices: {}', [expect.stringMatching(/^1:/)]],
] as const)('%s: all faults of a file at once, each with its place', ([file, text, expected]) => {
  expect(faultsOf(file, text)).toEqual(expected)
})

test('the faults of several files come together', () => {
  const files = [
    { file: 'a/ssot.json', text: '{}' },
    { file: 'b/ports.json', text: '[]' },
  ]
  expect(() => readPortFiles(files)).toThrow(/a\/ssot\.json:1:1 .*\nb\/ports\.json:1:1 /)
})

test('what a file is follows from its path, else from what stands in it', () => {
  expect(originOf('/srv/w-homepage/.codeb/ports.json')).toEqual({ format: 'project-ports', project: 'w-homepage' })
  expect(originOf('slots/vsvs-kr-production.json')).toEqual({
    format: 'slots',
    project: 'vsvs-kr',
    environment: 'production',
  })
  expect(originOf('worb/docker-compose.prod.yml')).toEqual({
    format: 'compose',
    project: 'worb',
    environment: 'production',
  })
  expect(formatOf({ file: 'a.json', text: '{"projects":{}}' })).toBe('central-ports')
  expect(() => formatOf({ file: 'README.md', text: '# x' })).toThrow(
    expect.objectContaining({ code: 'PORT_FILES_FORMAT_UNKNOWN' }),
  )
})
