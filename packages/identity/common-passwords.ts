/**
 * The commonest passwords of at least eight characters, in lower case: what a guesser tries first (NIST SP 800-63B
 * §5.1.1.2). Ranked by the frequency list of zxcvbn 4.4.2 (MIT, Dropbox), vulgar ones left out, with keyboard walks
 * and Korean words typed on a Latin keyboard added. A single repeated character is refused by rule, not by list.
 */
const COMMON_PASSWORDS: ReadonlySet<string> = new Set(
  `
  01011980 01011990 01012000 01012001 01012010 01012011 0123456789 1029384756 11112222 111222333 11223344 1122334455
  11235813 1123581321 12312312 123123123 1232323q 123321123 12341234 12344321 123454321 1234554321 12345678 123456789
  1234567890 1234567890a 1234567890q 12345678910 123456789a 123456789q 123456789z 1234567a 1234567q 123456aa 123456abc
  123456qwerty 12345qwert 1234abcd 1234qwer 123654789 12369874 123698745 123qwe123 123qweasd 123qweasdzxc 12qwaszx
  147258369 147852369 14789632 147896325 192837465 1a2b3c4d 1passwor 1q2w3e4r 1q2w3e4r! 1q2w3e4r5t 1q2w3e4r5t!
  1q2w3e4r5t6y 1qaz2wsx 1qaz2wsx3edc 1qazxsw2 20202020 25802580 31415926 4815162342 5201314520 741852963 789456123
  87654321 987654321 9876543210 a1234567 a12345678 a1b2c3d4 a1s2d3f4 aa123456 aa12345678 aardvark abc12345 abc123456
  abcd1234 abcd12345 abcdefg1 abcdefgh access14 achilles adgjmptw admin123 adminadmin administrator agent007 airborne
  airforce airplane alejandr aleksandr alexande alexandr amsterdam anthony1 aquarius arsenal1 asdf1234 asdf1234!
  asdfasdf asdfghjk asdfghjkl asdfqwer aspirine assassin atlantis babygirl babylon5 barcelon barcelona baseball
  basketba beefcake bigdaddy billybob blackcat blackdog blackjac blahblah blink182 blizzard bluebird blueeyes bluemoon
  bobafett brandon1 brooklyn brucelee buckeyes budlight bulldogs cadillac caliente californ candyman cardinal carolina
  catherin cavalier cdtnkfyf champion changeme changeme1 changeme123 chargers charlie1 charlott chelsea1 cherokee
  chevelle chevrole cheyenne chocolat christia christin christop cjkysirj cocacola colombia colorado coltrane commando
  computer concrete consumer cooldude corvette cosworth cowboys1 creative crusader darkness darkside darkstar dbrnjhbz
  deadhead default1 defender deftones devildog diamond1 diamonds dietcoke dingdong discover dkflbvbh dkssud123
  dkssudgktpdy doberman dodgeram dolphins doughboy dragon123 drowssap drpepper einstein ekaterina electric elephant
  elizabet engineer enterpri eternity explorer fireball firebird fktrcfylh football football1 formula1 freckles
  freedom1 freepass freeuser front242 frontier fyfcnfcbz garfield gateway1 geronimo ghbdtnbr gn56gn56 godsmack
  godzilla goldfish goodluck goodtime greenday guardian guinness halflife hannibal heather1 hellfire hello123 hercules
  highland hollywoo hongkong iloveyou iloveyou1 iloveyou123 immortal infiniti infinity internet intrepid jackson1
  jessica1 jordan23 justdoit juventus kangaroo katerina kawasaki keyboard kingkong kingston kittycat labrador lacrosse
  lasvegas letmein1 letmein123 letmein2 lifehack lightnin liverpoo liverpool login123 logitech lollipop lonestar
  lonewolf longhorn lowrider mailcreated5240 makaveli manchester marathon mariners marlboro maryjane master123
  matthew1 maverick megadeth mercedes meridian mersedes metallic metallica michael1 michigan microsoft midnight
  minecraft mongoose monkey123 monopoly montreal morpheus motorola mountain munchkin mushroom musicman mustang1
  mustangs ncc1701a ncc1701d ncc1701e nebraska nintendo oblivion overlord p@ssw0rd p@ssword pa55w0rd pa55word pakistan
  panasonic panthers paradise passport passw0rd passw0rd! password password! password1 password1! password12
  password123 passwort patrick1 patriots pavilion pearljam peekaboo penguins peterpan phillies phoenix1 pineappl
  pinkfloy platinum playtime plymouth poohbear porkchop porsche9 portland portolan portolan1 portugal precious
  predator presario princess princess1 punisher punkrock q1234567 q1w2e3r4 q1w2e3r4t5 q1w2e3r4t5y6 qawsedrf qazwsx123
  qazwsxed qazwsxedc qazwsxedcrfv qazxswedc qlalfqjsgh qlqjs1234 qq123456 qwe123!@# qweasdzxc qwer1234 qwer1234!
  qwerasdf qwert123 qwerty12 qwerty123 qwerty1234 qwerty12345 qwertyui qwertyuio qwertyuiop qwertyuiop123 ragnarok
  raiders1 raistlin rammstein redalert redskins redwings renegade rhbcnbyf richard1 rockstar rolltide romashka
  rootbeer rush2112 sailboat samantha sandiego sapphire scarface scoobydo scooter1 scorpion scotland sebastia
  secret123 security seinfeld seminole semperfi septembe serenity shamrock shaney14 sherlock showtime simpsons
  sithlord skittles skywalke slapshot slipknot snickers snowball snuggles socrates softball software soso123aljg
  spartans spectrum spiderma spiderman spitfire squirrel srinivas stallion starbuck starcraft stardust starfish
  stargate startrek starwars steelers stephani stingray stonecol stranger sundance sunshine sunshine1 super123
  superfly superman svetlana sweetpea swimming swordfis swordfish syracuse tacobell tarheels terminator test1234
  testtest thailand thankyou thuglife thunder1 titleist tkfkdgody tottenha trfnthbyf trombone trustno1 twilight
  ultimate vacation valentin valentina valhalla vanhalen verbatim veronika viktoria vladimir warcraft warriors
  waterloo wealist1 wealist123 webmaster welcome1 welcome1! welcome123 werewolf westside whatever wildcats william1
  woaini520 wolfpack wolverin wolverine wordpass wrangler wrinkle1 yankees1 zaq12wsx zaq1xsw2 zeppelin zxcasdqwe
  zxcv1234 zxcvbnm1
`
    .trim()
    .split(/\s+/),
)

/** @param password normalised; compared without regard to case */
export function isCommonPassword(password: string): boolean {
  return COMMON_PASSWORDS.has(password.toLowerCase())
}
