/** What the hub says, in both of its languages. */
export const WORDS = {
  en: {
    title: 'code-hub',
    signIn: 'Sign in',
    name: 'Name',
    password: 'Password',
    hint: 'ada or bo; the password is the name.',
    wrong: 'There is nobody of that name with that password.',
    signOut: 'Sign out',
    signedInAs: (name: string) => `Signed in as ${name}`,
    workspaces: 'Workspaces',
    none: 'There is no workspace yet.',
    newName: 'Name of a new workspace',
    create: 'Create',
    start: 'Start',
    stop: 'Stop',
    share: 'Share',
    shareWith: 'Shared with',
    open: 'Open',
    ownedBy: (name: string) => `of ${name}`,
    states: { stopped: 'stopped', starting: 'starting', running: 'running' },
    sharings: { owner: 'the owner', 'signed-in': 'whoever is signed in', public: 'everybody' },
  },
  ko: {
    title: 'code-hub',
    signIn: '로그인',
    name: '이름',
    password: '비밀번호',
    hint: 'ada 또는 bo. 비밀번호는 이름과 같습니다.',
    wrong: '이름 또는 비밀번호가 맞지 않습니다.',
    signOut: '로그아웃',
    signedInAs: (name: string) => `${name} 님으로 로그인했습니다`,
    workspaces: '워크스페이스',
    none: '아직 워크스페이스가 없습니다.',
    newName: '새 워크스페이스 이름',
    create: '만들기',
    start: '시작',
    stop: '중지',
    share: '공유',
    shareWith: '공유 대상',
    open: '열기',
    ownedBy: (name: string) => `소유자: ${name}`,
    states: { stopped: '중지됨', starting: '시작 중', running: '실행 중' },
    sharings: { owner: '소유자', 'signed-in': '로그인한 사람', public: '모든 사람' },
  },
} as const

export type Language = keyof typeof WORDS

export function languageOf(acceptLanguage: string | undefined): Language {
  return /^\s*ko\b/i.test(acceptLanguage ?? '') ? 'ko' : 'en'
}
