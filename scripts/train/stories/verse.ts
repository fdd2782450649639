import type { Plot } from './plots.js'

/** The same slots as the plots in prose, but every step is two lines that rhyme. */
export const verseOpenings: readonly string[] = [
  '{HeroIntroduction} got out of bed.\n"I want to go {to}," {he} said.',
  'The sun came up, the sky was blue,\nand {heroIntroduction} woke up, too.',
  '{HeroIntroduction} went out to play\n{at} on a summer day.',
  'Come, hear of {heroIntroduction}, my dear,\nwho went {to} this very year.',
]

export const versePlots: readonly Plot[] = [
  {
    name: 'lost and found',
    steps: [
      [
        '{He} had a {colour} {thing}, so bright,\n{he} held it in {his} arms at night.',
        '{He} had a {thing}, {colour} and new,\nand took it where the flowers grew.',
        '{He} loved {his} {colour} {thing} so much,\nso fine to see, so good to touch.',
      ],
      [
        'But, oh! the {thing} was gone one day.\nHad someone taken it away?',
        'The {thing} got lost along the way,\nand {hero} had no wish to play.',
        'Then came a wind that blew and blew,\nand off into the dark it flew.',
      ],
      [
        'Then {friendIntroduction} came by to see\nand said, "Come, look for it with me."',
        'Then {friendIntroduction} came through the rain.\n"We will find it," {he2} said, "again."',
      ],
      [
        'They looked {hidingPlace}, and there\nit was! They danced and did not care.',
        'They looked all day, and what was found?\nThe {thing}, {hidingPlace}, on the ground!',
        '"It is {hidingPlace}! Look here!"\nsaid {friend}, and {hero} gave a cheer.',
      ],
    ],
    endings: [
      'Now {hero} and {friend} are friends, they say,\nand play together every day.',
      'And {hero} laughed, and home they ran.\nThis is how friendship often began.',
    ],
  },
  {
    name: 'sharing food',
    steps: [
      [
        '{He} had some {food} for {him} to eat\nand found a dry and quiet seat.',
        '{His} mother gave {him} {food} to take.\n{He} sat down with it by the lake.',
      ],
      [
        '{FriendIntroduction} came near and said,\n"I am so hungry! I am not fed."',
        'But {friendIntroduction} stood by a tree\nand said, "Is there no {food} for me?"',
      ],
      [
        '"Sit down," said {hero}, "and have a bite,\nand we will eat until the night."',
        '{Hero} smiled and gave {him2} half, and more:\nthere was enough for three or four.',
        '{Hero} thought a while, then cut in two\nthe {food}, and said, "This is for you."',
      ],
      [
        'They ate until the moon was high\nand counted stars up in the sky.',
        'They ate it all, and then they lay\n{at}, and talked the time away.',
        '{Friend} sang for {him} a song so sweet\nthat {hero} danced on both {his} feet.',
      ],
    ],
    endings: [
      'So eat with others, if you care:\nfood tastes the best when two can share.',
      'The next day {friend} was at the door\nwith {food} for two, and even more.',
    ],
  },
  {
    name: 'storm',
    steps: [
      [
        'The sky grew dark, the wind blew cold,\nand thunder through the valley rolled.',
        'It rained and rained, the wind was strong,\nand home was far, the way was long.',
      ],
      [
        '{He} ran as fast as {he} could run\nand called, "Where are you, golden sun?"',
        '{He} hid {hidingPlace}, all wet,\nand it was not the evening yet.',
      ],
      [
        'But {friendIntroduction} was there before\nand said, "There is room for one more."',
        'And {friendIntroduction}, who sat there, too,\nsaid, "I was so afraid. And you?"',
      ],
      [
        'They told each other stories then,\nand when they ended, told them again.',
        'They shared some {food}, and it was good,\nand sat as close as two friends could.',
      ],
    ],
    endings: [
      'The rain was over, the sky was clear.\nSaid {hero}, "I am glad you were here."',
      'Then came the sun, and side by side\nthey saw a rainbow, tall and wide.',
    ],
  },
  {
    name: 'a race',
    steps: [
      [
        'Then {friendIntroduction} came by to say,\n"I run much faster, every day."',
        '"I am the fastest!" {he} said with pride.\nThen {friendIntroduction} stood by {his} side.',
      ],
      [
        'They ran {to}, they ran like deer,\nand all the birds came out to cheer.',
        'Up went a hand, and off they ran\n{to}, and so the race began.',
      ],
      [
        'But {friend} fell down and hurt {his2} knee\nand sat and cried beneath a tree.',
        'Then {friend} fell over a stone and cried\nand could not walk, although {he2} tried.',
      ],
      [
        '{Hero} could have won, but turned around\nand helped {him2} gently from the ground.',
        '"A prize," said {hero}, "is not for me.\nI want a friend for company."',
      ],
    ],
    endings: [
      'And hand in hand they walked along:\ntwo friends together are twice as strong.',
      '{Friend} gave {him} a {colour} {thing}, and they\nhave been good friends until this day.',
    ],
  },
  {
    name: 'a secret',
    steps: [
      [
        '{HidingPlace} there was, so old,\na box. Was it all full of gold?',
        '{He} looked {hidingPlace} and found\na box half hidden in the ground.',
      ],
      [
        '{He} pushed and pulled, {he} turned it round,\nbut no way in was to be found.',
        'It was too heavy, it was shut tight.\n{He} tried and tried till it was night.',
      ],
      [
        'Then {friendIntroduction}, who had a key,\ncame by and said, "Let us look and see."',
        'Then {friendIntroduction} said, "Let me try.\nI open boxes, low and high."',
      ],
      [
        'A {colour} {thing} was all it had,\nbut {hero} and {friend} were very glad.',
        'A {colour} {thing} was lying there.\n"It is," said {friend}, "for us to share."',
      ],
    ],
    endings: [
      'They put it back where no one goes.\nIt is a secret no one knows.',
      'One day it is yours, the next day mine:\ntwo friends, one {thing}, and all is fine.',
    ],
  },
]
