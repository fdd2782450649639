/**
 * A sentence of a plot. `{hero}` and `{friend}` are names, `{he}`, `{him}`, `{his}` the hero's pronouns, `{he2}`,
 * `{him2}`, `{his2}` the friend's; a slot written with a capital letter starts with one. The other slots are
 * parts of the story. A list is a choice; `null` in a choice leaves the sentence out.
 */
export type Step = string | readonly (string | null)[]

/** A course of events; one of the openings comes before it and one of the endings after it. */
export interface Plot {
  readonly name: string
  readonly steps: readonly Step[]
  readonly endings: readonly string[]
}

export const openings: readonly string[] = [
  'Once there was {heroIntroduction} who lived {home}.',
  '{HeroIntroduction} lived {home}.',
  'Long ago, {heroIntroduction} lived {home}.',
  'There was once {heroIntroduction}. {He} lived {home}.',
]

const goingOut: Step = [
  'One day, {hero} went {to}.',
  '{weather}, and {hero} walked {to}.',
  'One morning, {he} went {to}.',
  '{weather}. {Hero} wanted to go {to}.',
]

const meeting: Step = [
  'There {he} met {friendIntroduction}.',
  'On the way {he} met {friendIntroduction}.',
  'Soon {he} saw {friendIntroduction}.',
]

export const plots: readonly Plot[] = [
  {
    name: 'lost and found',
    steps: [
      [
        '{He} had a {colour} {thing} and took it everywhere.',
        '{He} loved {his} {colour} {thing} very much.',
        'The best thing {he} had was a {colour} {thing}.',
      ],
      goingOut,
      ['When {he} came home, the {thing} was gone.', 'But on the way {he} lost the {thing}.'],
      [
        '{Hero} looked everywhere, but {he} could not find it.',
        '{Hero} was very sad and began to cry.',
        '"Where is my {thing}?" said {hero}.',
      ],
      [
        'Then {friendIntroduction} came along.',
        '{FriendIntroduction} heard {him} and came to help.',
      ],
      [
        '"Do not cry," said {friend}. "We will look for it together."',
        '"What did you lose?" asked {friend}. "My {colour} {thing}," said {hero}.',
        '"I can help you," said {friend}.',
      ],
      [
        'They looked {at} and {farAt}.',
        'They walked back {to} and looked at every stone.',
        'They looked until it was almost dark.',
      ],
      [
        'At last {friend} found the {thing} {hidingPlace}.',
        'There it was, {hidingPlace}!',
        'Then {hero} saw something {colour} {hidingPlace}. It was the {thing}!',
      ],
      ['"Thank you!" said {hero}.', '{Hero} was so happy that {he} danced.', null],
    ],
    endings: [
      'From that day on, {hero} and {friend} were friends.',
      '{Hero} never lost the {thing} again.',
      'Then they went home together and ate {food}.',
    ],
  },
  {
    name: 'sharing food',
    steps: [
      [
        'One day, {he} found a lot of {food}.',
        'One morning, {his} mother gave {him} some {food}.',
        '{He} had a basket full of {food}.',
      ],
      [
        '{He} took the {food} and went {to}.',
        '{He} wanted to eat the {food} {at}.',
        '{weather}, so {he} went {to} to eat.',
      ],
      meeting,
      [
        '{Friend} was hungry and looked at the {food}.',
        '{Friend} had not eaten all day.',
        '"I am so hungry," said {friend}.',
      ],
      [
        'At first {hero} did not want to share.',
        '{Hero} thought about it for a while.',
        '{Hero} smiled.',
        null,
      ],
      [
        '"Take some of my {food}," said {hero}.',
        'Then {hero} gave {friend} half of the {food}.',
        '"There is enough for two," said {hero}.',
      ],
      [
        'They sat down {hidingPlace} and ate together.',
        'They ate until nothing was left.',
        '{Friend} ate and ate, and then {he2} smiled.',
      ],
      [
        '"Thank you," said {friend}. "You are very kind."',
        'To say thank you, {friend} gave {hero} a {colour} {thing}.',
        '{Friend} sang a song to say thank you.',
      ],
    ],
    endings: [
      'Food tastes better when you share it.',
      'The next day they met again, and this time {friend} brought the {food}.',
      'And {hero} went home with a warm heart.',
    ],
  },
  {
    name: 'afraid',
    steps: [
      [
        '{He} was afraid of the dark.',
        '{He} was afraid of deep water.',
        '{He} was afraid of loud sounds.',
      ],
      goingOut,
      meeting,
      [
        '"Will you play with me {farAt}?" asked {friend}.',
        '"Come with me {farTo}," said {friend}.',
        '"I lost my {thing} {farAt}," said {friend}. "Can you help me?"',
      ],
      [
        '"I am afraid," said {hero}.',
        '{Hero} did not want to go.',
        '{Hero} shook {his} head and looked at the ground.',
      ],
      [
        '"I will be with you," said {friend}, and {he2} took {his} hand.',
        '"Everyone is afraid sometimes," said {friend}.',
        '{Friend} gave {him} a {colour} {thing}. "This will help you to be brave," {he2} said.',
      ],
      [
        'Slowly, step by step, they went {farTo}.',
        'So {hero} closed {his} eyes and went {farTo}.',
        'They held hands and went {farTo} together.',
      ],
      [
        'Nothing bad happened.',
        'It was not so bad at all.',
        'Soon {hero} laughed and forgot to be afraid.',
      ],
    ],
    endings: [
      'After that day, {hero} was not afraid anymore.',
      '"You are very brave," said {friend}, and {hero} was proud.',
      'That night {hero} slept well and dreamed of {friend}.',
    ],
  },
  {
    name: 'building',
    steps: [
      [
        '{He} liked to build things.',
        'All day long {he} made things out of wood.',
        'When {he} was alone, {he} made plans.',
      ],
      [
        'One day, {he} wanted to make a {thing}.',
        'One day, {he} said, "I will make a {colour} {thing}."',
        'One winter, {he} began to make a {thing}.',
      ],
      [
        '{He} worked all morning, but the {thing} broke.',
        'It was hard work, and the {thing} fell down.',
        'The first {thing} was too small and the next one was too big.',
      ],
      ['{Hero} was angry.', '{Hero} wanted to give up.', '"I cannot do it," said {hero}.'],
      [
        '{FriendIntroduction} came by and looked at it.',
        'Then {friendIntroduction} knocked at the door.',
      ],
      [
        '"Try it again," said {friend}. "I will hold it for you."',
        '"I know how to do it," said {friend}, and {he2} showed {him}.',
        '{Friend} laughed and said, "Two can do more than one."',
      ],
      [
        'They worked together until the evening.',
        'They painted it {colour}.',
        '{Hero} held the wood, and {friend} did the rest.',
      ],
      [
        'At last the {thing} was ready.',
        'In the end they had the best {thing} of all.',
        'Now it was a good {thing}.',
      ],
    ],
    endings: [
      '{Hero} gave the {thing} to {friend}, because {he2} had helped so much.',
      'They took the {thing} {to} and showed it to everyone.',
      'And the next day they began to make another one.',
    ],
  },
  {
    name: 'storm',
    steps: [
      goingOut,
      [
        'Suddenly it began to rain.',
        'Then a big storm came.',
        'Soon dark clouds came, and it rained and rained.',
      ],
      [
        '{Hero} ran as fast as {he} could.',
        '{Hero} was wet and cold.',
        '"I must find a dry place," said {hero}.',
      ],
      [
        '{He} found a dry place {hidingPlace}.',
        '{He} hid {hidingPlace}.',
        'There was a dry place {hidingPlace}, and {he} sat down.',
      ],
      [
        'But {friendIntroduction} was already there.',
        'After a while, {friendIntroduction} came and sat down, too.',
      ],
      [
        '"May I stay here?" asked {hero}. "Of course," said {friend}.',
        '"The storm is so loud," said {friend}. {He2} was afraid.',
        'First they did not say a word.',
      ],
      [
        'They ate some {food} and told each other stories.',
        '{Hero} had some {food}, and they shared it.',
        '{Friend} had a {colour} {thing}, and they played with it.',
      ],
      [
        'When the rain stopped, the sun came out.',
        'At last the storm was over.',
        'In the evening the rain stopped.',
      ],
    ],
    endings: [
      'They saw a rainbow over the hill.',
      '{Hero} and {friend} walked home side by side.',
      'Now {hero} liked the rain, because it had brought {him} a friend.',
    ],
  },
  {
    name: 'a present',
    steps: [
      [
        'It was the birthday of {friend}, {his} best friend.',
        'The best friend of {hero} was {friendIntroduction}. Soon it was {his2} birthday.',
      ],
      [
        '{Hero} wanted to give {him2} a {colour} {thing}.',
        '"I will give {him2} a {thing}," thought {hero}.',
        '"What can I give {him2}?" thought {hero}.',
      ],
      [
        'So {he} went {to} to find a {thing}.',
        '{weather}, and {he} went {to} to look for a {thing}.',
      ],
      [
        'But all {he} found was some {food}.',
        'There {he} saw a {colour} {thing}, but it was too big to carry.',
        'An old woman had a {colour} {thing}. "Bring me some {food}, and it is yours," she said.',
      ],
      [
        '{Hero} thought for a long time.',
        '{Hero} worked hard for it until the evening.',
        'Then {he} had a good idea.',
      ],
      [
        '{He} went home and put everything in a box.',
        'At home {he} wrote a letter for {friend}.',
        'Then {he} ran to the house of {friend}.',
      ],
      [
        'When {friend} opened the door, {he2} smiled.',
        '"This is for you," said {hero}.',
        '"Happy birthday!" said {hero}.',
      ],
    ],
    endings: [
      '"You are the best present," said {friend}.',
      'They ate {food} and played until it was dark.',
      '{Friend} was so happy that {he2} jumped up and down.',
    ],
  },
  {
    name: 'a race',
    steps: [
      [
        '{He} could run very fast, and everyone knew it.',
        '{He} was slow, but {he} never gave up.',
        '{He} liked to run and jump all day.',
      ],
      [
        'One day, {friendIntroduction} said to {him}, "I am faster than you."',
        '{weather} when {friendIntroduction} came and asked, "Who is faster, you or I?"',
      ],
      [
        '"Let us run {to} and back," said {hero}.',
        'So they began to run {to}.',
        '"The first to come {to} wins the {colour} {thing}," said {friend}.',
      ],
      [
        'At first {friend} was far ahead.',
        'At first {hero} was far ahead.',
        'For a while they ran side by side.',
      ],
      [
        'But then {friend} fell and hurt {his2} foot.',
        'Then {friend} did not see the stone and fell down.',
      ],
      [
        '{Hero} stopped and looked back.',
        '{Hero} could win now, but {he} stopped.',
        '"Wait, I will help you," said {hero}.',
      ],
      [
        '{He} carried {friend} home.',
        '{He} gave {friend} some water and sat down next to {him2}.',
        'Slowly they walked home together.',
      ],
      [
        '"You have won," said {friend}, and {he2} gave {him} a {colour} {thing}.',
        '"A friend is better than a prize," said {hero}.',
        '"Nobody has ever been so kind to me," said {friend}.',
      ],
    ],
    endings: [
      'They never asked again who was faster.',
      'The next day they ran hand in hand.',
      'In the evening they ate {food} and laughed about it.',
    ],
  },
  {
    name: 'a secret',
    steps: [
      goingOut,
      [
        '{HidingPlace}, {he} saw an old box.',
        '{He} looked {hidingPlace} and found an old box.',
        'Something was {hidingPlace}. It was an old box.',
      ],
      [
        'It was closed, and {hero} could not open it.',
        'It was so heavy that {he} could not carry it.',
        '{He} was afraid to open it.',
      ],
      [
        '{He} ran home to get {friend}, {his} friend.',
        'Then {friendIntroduction} came by. "What do you have there?" {he2} asked.',
        'So {he} asked {friend}, {his} friend, to come with {him}.',
      ],
      [
        '{Friend} looked at the box for a long time.',
        '"Maybe there is gold in it," said {friend}.',
        '"It must be very old," said {friend}.',
      ],
      [
        'Together they opened the box.',
        '{Friend} pushed, {hero} pulled, and the box was open.',
        '{Friend} had a key, and it opened the box.',
      ],
      [
        'There was a {colour} {thing} in it.',
        'They found a {colour} {thing} and a letter.',
        'All they found was a {colour} {thing}.',
      ],
      [
        '"It is yours," said {hero}. "No, it is yours," said {friend}.',
        '"Now we have a secret," said {hero}.',
        '{Hero} and {friend} laughed.',
      ],
    ],
    endings: [
      'They took turns: one day {hero} had the {thing}, and the next day {friend} had it.',
      'They put the {thing} back and told nobody about it.',
      'And {he} took the {thing} home and kept it for many years.',
    ],
  },
]
