import type { Language } from './accept.ts'

/** What a page is about. `down`: no proper answer; `slow`: none in time; `closing`: the gateway ends; `lost`: no route. */
export type PageKind = 'down' | 'slow' | 'closing' | 'lost'

interface PageWords {
  /** @param name the service, or for `lost` the path */
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
  readonly chain: { readonly browser: string; readonly gateway: string; readonly works: string; readonly fails: string }
  readonly labels: {
    readonly service: string
    readonly path: string
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
    },
    retrying: 'This page retries by itself and continues as soon as there is an answer.',
    back: 'There is an answer. Loading…',
    notRepeated: 'Your input was not sent again. Go back and send it once more in a moment.',
    tryNow: 'Try now',
    home: 'Go to the start page',
    chain: { browser: 'Your browser', gateway: 'Gateway', works: 'works', fails: 'does not answer' },
    labels: {
      service: 'Service',
      path: 'Path',
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
    },
    retrying: '이 페이지는 자동으로 다시 시도하며, 응답이 오면 바로 이어집니다.',
    back: '응답이 왔습니다. 불러오는 중…',
    notRepeated: '입력하신 내용은 다시 전송되지 않았습니다. 잠시 후 뒤로 돌아가 다시 보내 주세요.',
    tryNow: '지금 다시 시도',
    home: '시작 페이지로 이동',
    chain: { browser: '브라우저', gateway: '게이트웨이', works: '정상', fails: '응답 없음' },
    labels: { service: '서비스', path: '경로', reason: '사유', requestId: '요청 ID', stations: '요청 경로' },
  },
}
