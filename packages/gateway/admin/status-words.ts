import type { Language } from '../accept.ts'

export interface StatusWords {
  readonly title: (stack: string) => string
  readonly other: { readonly language: Language; readonly name: string }
  readonly rate: string
  readonly median: string
  readonly slowest: string
  readonly open: string
  readonly waiting: (count: string) => string
  readonly connections: string
  readonly lasting: (streams: string, tunnels: string) => string
  readonly processor: string
  readonly memory: string
  readonly lag: (lag: string) => string
  readonly workers: (count: number) => string
  readonly state: { readonly well: string; readonly shedding: (share: string) => string; readonly failing: string }
  readonly target: {
    readonly works: string
    readonly idle: string
    readonly open: string
    readonly unhealthy: string
    readonly held: string
    readonly silent: string
  }
  /** What is counted together under no path of its own. */
  readonly kinds: Readonly<Record<string, string>>
  readonly routes: string
  readonly targets: string
  readonly refusals: string
  readonly columns: {
    readonly route: string
    readonly total: string
    readonly failures: string
    readonly target: string
    readonly state: string
    readonly used: string
    readonly kept: string
    readonly requests: string
    readonly unanswered: string
    readonly reason: string
    readonly recently: string
  }
  readonly none: { readonly routes: string; readonly targets: string; readonly refusals: string }
  readonly window: (seconds: string) => string
  readonly configuration: (version: string, age: string) => string
  readonly mixed: string
  readonly uptime: (age: string) => string
  readonly stale: string
  readonly ages: (seconds: number) => string
}

export const STATUS_WORDS: Readonly<Record<Language, StatusWords>> = {
  en: {
    title: (stack) => `Gateway of ${stack}`,
    other: { language: 'ko', name: '한국어' },
    rate: 'Requests a second',
    median: 'Half answered within',
    slowest: '99 of 100 within',
    open: 'Under way',
    waiting: (count) => `${count} waiting`,
    connections: 'Connections',
    lasting: (streams, tunnels) => `${streams} event streams, ${tunnels} WebSockets`,
    processor: 'Processor',
    memory: 'Memory',
    lag: (lag) => `event loop ${lag} late`,
    workers: (count) => (count === 1 ? '1 process' : `${count} processes`),
    state: {
      well: 'Works as it should',
      shedding: (share) => `Overloaded: ${share} of the new requests are refused`,
      failing: 'Services do not answer everything',
    },
    target: {
      works: 'works',
      idle: 'other half',
      open: 'gets no requests: too many failed',
      unhealthy: 'unhealthy',
      held: 'restarts; requests wait',
      silent: 'does not answer',
    },
    kinds: { none: 'no route', workspaces: 'workspaces', other: 'all other routes' },
    routes: 'Routes',
    targets: 'Services behind it',
    refusals: 'What it refused, and why',
    columns: {
      route: 'Route',
      total: 'So far',
      failures: 'Failed',
      target: 'Service and address',
      state: 'State',
      used: 'In use',
      kept: 'Kept',
      requests: 'Requests',
      unanswered: 'No answer',
      reason: 'Reason',
      recently: 'Recently',
    },
    none: {
      routes: 'No request has ended yet.',
      targets: 'No service has been declared.',
      refusals: 'Nothing has been refused.',
    },
    window: (seconds) => `Rates and times are of the last ${seconds} s.`,
    configuration: (version, age) => `Configuration ${version}, in force for ${age}.`,
    mixed: 'The processes have different configurations.',
    uptime: (age) => `Running for ${age}.`,
    stale: 'The gateway does not answer. What you see is old.',
    ages: (seconds) =>
      seconds < 120
        ? `${Math.round(seconds)} s`
        : seconds < 7_200
          ? `${Math.round(seconds / 60)} min`
          : `${Math.round(seconds / 3_600)} h`,
  },
  ko: {
    title: (stack) => `${stack} 게이트웨이`,
    other: { language: 'en', name: 'English' },
    rate: '초당 요청',
    median: '절반의 응답 시간',
    slowest: '99%의 응답 시간',
    open: '처리 중',
    waiting: (count) => `대기 ${count}건`,
    connections: '연결',
    lasting: (streams, tunnels) => `이벤트 스트림 ${streams}개, WebSocket ${tunnels}개`,
    processor: '프로세서',
    memory: '메모리',
    lag: (lag) => `이벤트 루프 지연 ${lag}`,
    workers: (count) => `프로세스 ${count}개`,
    state: {
      well: '정상적으로 동작 중입니다',
      shedding: (share) => `과부하: 새 요청의 ${share}를 거부하고 있습니다`,
      failing: '응답하지 않는 서비스가 있습니다',
    },
    target: {
      works: '정상',
      idle: '대기 쪽',
      open: '실패가 많아 요청을 보내지 않음',
      unhealthy: '비정상',
      held: '다시 시작하는 중; 요청 대기',
      silent: '응답 없음',
    },
    kinds: { none: '경로 없음', workspaces: '워크스페이스', other: '그 밖의 경로' },
    routes: '경로',
    targets: '연결된 서비스',
    refusals: '거부한 요청과 사유',
    columns: {
      route: '경로',
      total: '누적',
      failures: '실패',
      target: '서비스와 주소',
      state: '상태',
      used: '사용 중',
      kept: '유지',
      requests: '요청',
      unanswered: '무응답',
      reason: '사유',
      recently: '최근',
    },
    none: {
      routes: '아직 완료된 요청이 없습니다.',
      targets: '선언된 서비스가 없습니다.',
      refusals: '거부한 요청이 없습니다.',
    },
    window: (seconds) => `비율과 시간은 최근 ${seconds}초 기준입니다.`,
    configuration: (version, age) => `설정 ${version}, 적용된 지 ${age}.`,
    mixed: '프로세스마다 설정이 다릅니다.',
    uptime: (age) => `가동 시간 ${age}.`,
    stale: '게이트웨이가 응답하지 않습니다. 화면의 내용은 이전 상태입니다.',
    ages: (seconds) =>
      seconds < 120
        ? `${Math.round(seconds)}초`
        : seconds < 7_200
          ? `${Math.round(seconds / 60)}분`
          : `${Math.round(seconds / 3_600)}시간`,
  },
}
