import type { Language } from './accept.ts'

/**
 * What a page is about. `down`: no proper answer; `slow`: none in time; `closing`: the gateway ends; `lost`: no route.
 * Of a workspace: `stopped`, `starting`, `silent` (nothing listens on the port), `unknown` (no such workspace), `refused`
 * (not shared with whoever asks), `denied` (a port that is never shown), `unfinished` (a sign-in that broke off), `formless` (a host
 * that names no port of one), `misplaced` (registered where none may be), `ambiguous` (a cookie that came twice), `foreign`
 * (another host's page asks). `busy`: more than a limit allows. `nameless`: a host that is none of the gateway's. `garbled`:
 * an address that cannot be read.
 */
export type PageKind = WaitingKind | FinalKind
type WaitingKind = 'down' | 'slow' | 'closing' | 'stopped' | 'starting' | 'silent' | 'busy'
type FinalKind =
  | 'lost'
  | 'unknown'
  | 'refused'
  | 'denied'
  | 'unfinished'
  | 'garbled'
  | 'nameless'
  | 'formless'
  | 'misplaced'
  | 'ambiguous'
  | 'foreign'

const WAITING: ReadonlySet<PageKind> = new Set<WaitingKind>([
  'down',
  'slow',
  'closing',
  'stopped',
  'starting',
  'silent',
  'busy',
])

/** Whether what is missing may come by itself, so that asking again makes sense. */
export function isWaitingKind(kind: PageKind): boolean {
  return WAITING.has(kind)
}

interface PageWords {
  /** @param name the service, the workspace and its port, for `lost` the path, for `nameless` and `formless` the host */
  readonly heading: (name: string) => string
  readonly explanation: string
}

export interface Words {
  readonly pages: Readonly<Record<PageKind, PageWords>>
  readonly retrying: string
  readonly back: string
  readonly notRepeated: string
  readonly tryNow: string
  readonly home: string
  readonly chain: {
    readonly browser: string
    readonly gateway: string
    readonly works: string
    readonly fails: string
    readonly refuses: string
  }
  readonly labels: {
    readonly service: string
    readonly path: string
    readonly host: string
    readonly example: string
    readonly reason: string
    readonly requestId: string
    readonly stations: string
  }
}

export const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    pages: {
      down: {
        heading: (name) => `${name} is not answering`,
        explanation:
          'The gateway received your request, but the service behind it gave no answer. It may be starting or restarting.',
      },
      slow: {
        heading: (name) => `${name} is taking too long`,
        explanation:
          'The gateway passed your request on, but the service did not answer in time. It may be overloaded.',
      },
      closing: {
        heading: () => 'The gateway is restarting',
        explanation: 'The gateway is closing and takes no new requests. It is usually back within seconds.',
      },
      lost: {
        heading: () => 'Nothing lives at this address',
        explanation: 'No service is declared for this path. Check the address for a typing error.',
      },
      stopped: {
        heading: (name) => `Workspace ${name} is stopped`,
        explanation: 'Start it, and this page goes on by itself.',
      },
      starting: {
        heading: (name) => `Workspace ${name} is starting`,
        explanation: 'It takes a moment until its servers listen.',
      },
      silent: {
        heading: (name) => `Nothing listens on ${name} yet`,
        explanation:
          'The workspace runs, but no server answers on this port. Start one there that listens on every address, not on localhost alone (for Vite: --host).',
      },
      unknown: {
        heading: (name) => `There is no workspace ${name}`,
        explanation: 'It may have been deleted or renamed. Check the address for a typing error.',
      },
      refused: {
        heading: () => 'This port is not shared with you',
        explanation: 'Ask the owner of the workspace to share it, or sign in as somebody else.',
      },
      denied: {
        heading: () => 'This port is never shown',
        explanation:
          'Databases, caches and debuggers usually listen there. Let the web server of the workspace listen on another port.',
      },
      unfinished: {
        heading: () => 'The sign-in was not completed',
        explanation:
          'It took too long, began in another browser, or the browser kept no cookie. Opening the address once more begins it anew.',
      },
      busy: {
        heading: () => 'Too much at once',
        explanation: 'More requests arrive than may be answered right now. It usually passes within seconds.',
      },
      garbled: {
        heading: () => 'This address cannot be read',
        explanation:
          'Check it for a typing error. A percent sign in an address is followed by two hexadecimal digits; the sign itself is written %25.',
      },
      nameless: {
        heading: (name) => `Nothing answers to ${name} here`,
        explanation:
          'The gateway answers to localhost, to addresses such as 192.0.2.1, and to the domains that its stack file declares (gateway: domains). Check the name for a typing error, or declare it there.',
      },
      formless: {
        heading: (name) => `${name} names no port of a workspace`,
        explanation:
          'Such an address begins with the port, a hyphen and the name of the workspace: {port}-{workspace}. The port is from 1024 to 65535; the name has a-z, 0-9 and hyphens inside.',
      },
      misplaced: {
        heading: () => 'This workspace cannot be reached',
        explanation:
          'It is registered without an address, or at one where no workspace may be. Ask whoever runs this place: the log of the gateway says more.',
      },
      ambiguous: {
        heading: () => 'It is not clear who asks',
        explanation:
          'The browser sent a cookie of this site twice. Delete the cookies of this site, and sign in again.',
      },
      foreign: {
        heading: () => 'A page of another host may not ask here',
        explanation:
          'Open this address itself. If both pages belong to one workspace, its owner can declare their ports as siblings.',
      },
    },
    retrying: 'This page retries by itself and continues as soon as there is an answer.',
    back: 'There is an answer. Loading…',
    notRepeated: 'Your input was not sent again. Go back and send it once more in a moment.',
    tryNow: 'Try now',
    home: 'Go to the start page',
    chain: {
      browser: 'Your browser',
      gateway: 'Gateway',
      works: 'works',
      fails: 'does not answer',
      refuses: 'refuses for now',
    },
    labels: {
      service: 'Service',
      path: 'Path',
      host: 'Address',
      example: 'For example',
      reason: 'Reason',
      requestId: 'Request ID',
      stations: 'Way of your request',
    },
  },
  ko: {
    pages: {
      down: {
        heading: (name) => `${name} 서비스가 응답하지 않습니다`,
        explanation:
          '게이트웨이가 요청을 받았지만 서비스에서 응답이 없습니다. 서비스가 시작 중이거나 다시 시작하는 중일 수 있습니다.',
      },
      slow: {
        heading: (name) => `${name} 서비스의 응답이 늦어지고 있습니다`,
        explanation:
          '게이트웨이가 요청을 전달했지만 제한 시간 안에 응답이 오지 않았습니다. 서비스에 부하가 걸렸을 수 있습니다.',
      },
      closing: {
        heading: () => '게이트웨이가 다시 시작하고 있습니다',
        explanation: '게이트웨이가 종료 중이라 새 요청을 받지 않습니다. 보통 몇 초 안에 다시 연결됩니다.',
      },
      lost: {
        heading: () => '이 주소에는 아무것도 없습니다',
        explanation: '이 경로에 연결된 서비스가 없습니다. 주소를 잘못 입력하지 않았는지 확인해 주세요.',
      },
      stopped: {
        heading: (name) => `${name} 워크스페이스가 중지되어 있습니다`,
        explanation: '워크스페이스를 시작하면 이 페이지가 자동으로 이어집니다.',
      },
      starting: {
        heading: (name) => `${name} 워크스페이스를 시작하고 있습니다`,
        explanation: '서버가 준비될 때까지 잠시 기다려 주세요.',
      },
      silent: {
        heading: (name) => `${name} 포트에서 응답하는 서버가 아직 없습니다`,
        explanation:
          '워크스페이스는 실행 중이지만 이 포트에서 응답하는 서버가 없습니다. localhost만이 아니라 모든 주소에서 수신하도록 서버를 시작해 주세요(Vite: --host).',
      },
      unknown: {
        heading: (name) => `${name} 워크스페이스가 없습니다`,
        explanation: '삭제되었거나 이름이 바뀌었을 수 있습니다. 주소를 잘못 입력하지 않았는지 확인해 주세요.',
      },
      refused: {
        heading: () => '이 포트는 공유되어 있지 않습니다',
        explanation: '워크스페이스 소유자에게 공유를 요청하거나 다른 계정으로 로그인해 주세요.',
      },
      denied: {
        heading: () => '이 포트는 공개할 수 없습니다',
        explanation:
          '데이터베이스, 캐시, 디버거가 주로 사용하는 포트입니다. 워크스페이스의 웹 서버가 다른 포트를 사용하도록 해 주세요.',
      },
      unfinished: {
        heading: () => '로그인이 완료되지 않았습니다',
        explanation:
          '시간이 너무 오래 걸렸거나, 다른 브라우저에서 시작했거나, 브라우저가 쿠키를 저장하지 않았습니다. 주소를 다시 열면 처음부터 시작합니다.',
      },
      busy: {
        heading: () => '요청이 너무 많습니다',
        explanation: '지금 처리할 수 있는 것보다 많은 요청이 들어오고 있습니다. 보통 몇 초 안에 풀립니다.',
      },
      garbled: {
        heading: () => '주소를 읽을 수 없습니다',
        explanation:
          '주소를 잘못 입력하지 않았는지 확인해 주세요. 주소의 퍼센트 기호 뒤에는 16진수 두 자리가 와야 하며, 기호 자체는 %25로 씁니다.',
      },
      nameless: {
        heading: (name) => `${name} 주소로는 연결할 수 없습니다`,
        explanation:
          '게이트웨이는 localhost, 192.0.2.1과 같은 IP 주소, 스택 파일에 선언된 도메인(gateway: domains)에만 응답합니다. 이름을 잘못 입력하지 않았는지 확인하거나 스택 파일에 선언해 주세요.',
      },
      formless: {
        heading: (name) => `${name} 주소는 워크스페이스의 포트를 가리키지 않습니다`,
        explanation:
          '주소는 포트, 하이픈, 워크스페이스 이름 순서로 시작해야 합니다: {포트}-{워크스페이스}. 포트는 1024에서 65535 사이이고, 이름에는 a-z, 0-9와 중간의 하이픈만 쓸 수 있습니다.',
      },
      misplaced: {
        heading: () => '이 워크스페이스에 연결할 수 없습니다',
        explanation:
          '주소 없이 등록되었거나 워크스페이스를 둘 수 없는 주소로 등록되어 있습니다. 관리자에게 문의해 주세요. 자세한 내용은 게이트웨이 로그에 있습니다.',
      },
      ambiguous: {
        heading: () => '누구의 요청인지 확인할 수 없습니다',
        explanation:
          '브라우저가 이 사이트의 쿠키를 두 번 보냈습니다. 이 사이트의 쿠키를 삭제하고 다시 로그인해 주세요.',
      },
      foreign: {
        heading: () => '다른 호스트의 페이지에서는 요청할 수 없습니다',
        explanation:
          '이 주소를 직접 열어 주세요. 두 페이지가 같은 워크스페이스에 속한다면 소유자가 두 포트를 형제 포트(siblings)로 선언할 수 있습니다.',
      },
    },
    retrying: '이 페이지는 자동으로 다시 시도하며, 응답이 오면 바로 이어집니다.',
    back: '응답이 왔습니다. 불러오는 중…',
    notRepeated: '입력하신 내용은 다시 전송되지 않았습니다. 잠시 후 뒤로 돌아가 다시 보내 주세요.',
    tryNow: '지금 다시 시도',
    home: '시작 페이지로 이동',
    chain: { browser: '브라우저', gateway: '게이트웨이', works: '정상', fails: '응답 없음', refuses: '잠시 거절 중' },
    labels: {
      service: '서비스',
      path: '경로',
      host: '주소',
      example: '예시',
      reason: '사유',
      requestId: '요청 ID',
      stations: '요청 경로',
    },
  },
}
