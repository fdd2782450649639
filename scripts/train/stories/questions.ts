import type { Plot } from './plots.js'

/** The first sentence is often one of prose, so that either manner can go on from it. */
export const questionOpenings: readonly string[] = [
  'Once there was {heroIntroduction} who lived {home}.',
  'There was once {heroIntroduction}. Where did {he} live? {He} lived {home}.',
  'Who lived {home}? It was {heroIntroduction}.',
]

/** The same slots as the plots in prose, but every step asks and answers. */
export const questionPlots: readonly Plot[] = [
  {
    name: 'lost and found',
    steps: [
      [
        'What did {hero} have? {He} had a {colour} {thing}.',
        'What did {hero} love? {He} loved {his} {colour} {thing}.',
      ],
      [
        'Where did {he} go? {He} went {to}.',
        'Did {he} stay at home? No, {he} went {to}.',
        'Where did {he} lose it? {He} lost the {thing} {at}.',
      ],
      [
        'And where was the {thing}? It was gone.',
        'What did {hero} do then? {He} was very sad and began to cry.',
      ],
      [
        'Who came to help? It was {friendIntroduction}.',
        'Who heard {him}? {FriendIntroduction} heard {him} and came to help.',
      ],
      [
        'What did {friend} say? "Do not cry," said {friend}.',
        'What did {friend} ask? "What did you lose?" asked {friend}.',
      ],
      [
        'Who found the {thing}? {Friend} found it {hidingPlace}.',
        'And where was the {thing}? It was {hidingPlace}!',
      ],
    ],
    endings: [
      'And {hero}? {He} was so happy that {he} danced.',
      'And then? Then they went home together and ate {food}.',
    ],
  },
  {
    name: 'sharing food',
    steps: [
      [
        'What did {hero} have? {He} had a lot of {food}.',
        'What did {hero} find? {He} found a lot of {food}.',
      ],
      [
        'Where did {he} go? {He} went {to} to eat.',
        'Where did {he} want to eat? {He} wanted to eat the {food} {at}.',
      ],
      [
        'Who came along? It was {friendIntroduction}.',
        'Who met {him}? It was {friendIntroduction}.',
      ],
      [
        'What did {friend} say? "I am so hungry," said {friend}.',
        'Who was hungry? {Friend} had not eaten all day.',
      ],
      [
        'Did {hero} share? {Hero} gave {friend} half of the {food}.',
        'What did {hero} say? "There is enough for two," said {hero}.',
      ],
      [
        'Where did they sit down? They sat down {hidingPlace} and ate together.',
        'What did they do? They ate until nothing was left.',
      ],
    ],
    endings: [
      'And {friend}? {Friend} sang a song to say thank you.',
      'And then? Then {friend} gave {hero} a {colour} {thing}.',
    ],
  },
  {
    name: 'storm',
    steps: [
      ['Where did {hero} go? {He} went {to}.', 'Did {hero} stay at home? No, {he} walked {to}.'],
      ['What came then? A big storm came.', 'Did it rain? It rained and rained.'],
      [
        'What did {hero} do? {He} ran as fast as {he} could.',
        'And {hero}? {Hero} was wet and cold.',
      ],
      [
        'Where did {he} find a dry place? {He} found it {hidingPlace}.',
        'Where did {he} sit down? {He} sat down {hidingPlace}.',
      ],
      [
        'Who was already there? It was {friendIntroduction}.',
        'Who sat there, too? {FriendIntroduction} was already there.',
      ],
      [
        'And {friend}? {Friend} was afraid of the storm.',
        'What did {friend} say? "The storm is so loud," said {friend}.',
      ],
      [
        'What did they do? They ate some {food} and told each other stories.',
        'What did they play with? They played with a {colour} {thing}.',
      ],
    ],
    endings: [
      'And then? Then the rain stopped, and the sun came out.',
      'What did they see then? They saw a rainbow over the hill.',
    ],
  },
  {
    name: 'a race',
    steps: [
      [
        'Who could run very fast? {Hero} could run very fast.',
        'Who never gave up? {Hero} was slow, but {he} never gave up.',
      ],
      [
        'Who came along? It was {friendIntroduction}.',
        'Who was faster? {FriendIntroduction} said, "I am faster than you."',
      ],
      [
        'Where did they run? They ran {to}.',
        'What did {hero} say? "Let us run {to} and back," said {hero}.',
      ],
      [
        'Who was far ahead? At first {friend} was far ahead.',
        'Who was far ahead? At first {hero} was far ahead.',
      ],
      [
        'Who fell down? {Friend} fell and hurt {his2} foot.',
        'Did {friend} see the stone? No, {friend} did not see the stone and fell down.',
      ],
      [
        'Did {hero} stop? {Hero} stopped and carried {friend} home.',
        'What did {hero} say? "Wait, I will help you," said {hero}.',
      ],
    ],
    endings: [
      'And who won? Nobody won, and they walked home together.',
      'What did {friend} give {him}? {Friend} gave {him} a {colour} {thing}.',
    ],
  },
  {
    name: 'a secret',
    steps: [
      ['Where did {hero} go? {He} went {to}.', 'Did {hero} stay at home? No, {he} walked {to}.'],
      [
        'What did {he} find? {He} found an old box {hidingPlace}.',
        'What was {hidingPlace}? It was an old box.',
      ],
      [
        'Could {he} open it? No, the box was closed.',
        'Could {he} carry it? No, the box was so heavy.',
      ],
      [
        'Who came by? It was {friendIntroduction}.',
        'Who came to help? {FriendIntroduction} came to help.',
      ],
      [
        'What did {friend} have? {Friend} had a key.',
        'What did {friend} say? "Maybe there is gold in it," said {friend}.',
      ],
      [
        'What was in the box? There was a {colour} {thing} in it.',
        'What did they find? They found a {colour} {thing} in it.',
      ],
    ],
    endings: [
      'And then? They put the {thing} back and told nobody about it.',
      'What did {hero} say? "Now we have a secret," said {hero}.',
    ],
  },
]
