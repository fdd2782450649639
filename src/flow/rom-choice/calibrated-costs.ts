import type { RomCosts } from './rom-costs.js'

/** Made by `npx romulus rom-study --grid calibration --banks bundled-int4,bundled-ternary,drawn-int4,uniform --calibrate src/flow/rom-choice/calibrated-costs.ts`, and formatted. */
export const calibratedCosts: RomCosts = {
  format: 'romulus-rom-costs-1',
  yosys: '@yowasp/yosys 0.55.944',
  abcScript: 'strash; dc2; dch -f; amap',
  banks: [
    'bundled-int4 32 x 16',
    'bundled-int4 128 x 16',
    'bundled-int4 32 x 64',
    'bundled-int4 128 x 64',
    'bundled-int4 512 x 32',
    'bundled-ternary 32 x 16',
    'bundled-ternary 128 x 16',
    'bundled-ternary 32 x 64',
    'bundled-ternary 128 x 64',
    'bundled-ternary 512 x 32',
    'drawn-int4 32 x 16',
    'drawn-int4 128 x 16',
    'drawn-int4 32 x 64',
    'drawn-int4 128 x 64',
    'drawn-int4 512 x 32',
    'uniform 32 x 16',
    'uniform 128 x 16',
    'uniform 32 x 64',
    'uniform 128 x 64',
    'uniform 512 x 32',
  ],
  libraries: [
    {
      name: 'generic',
      policies: {
        table: {
          area: {
            constant: 33.45,
            lowNodes: 3.912,
            highNodes: 6.48,
          },
          path: {
            constant: 0.1419,
            addressBits: 1.985,
          },
        },
        'brom:1': {
          area: {
            decoderLines: 11.25,
            orInputs: 1.966,
          },
          path: {
            constant: 7.084,
            addressBits: 1.584,
          },
        },
        'brom:2': {
          area: {
            patternLines: 5.982,
            orInputs: 2.912,
          },
          path: {
            constant: 5.903,
            orLevels: 2.256,
          },
        },
        'brom:3': {
          area: {
            patternLines: 4.962,
            orInputs: 3.394,
            patterns: 1.434,
          },
          path: {
            constant: 7.434,
            addressBits: 1.208,
            orLevels: 3.912,
          },
        },
        'brom:4': {
          area: {
            patternLines: 2.797,
            orInputs: 3.884,
          },
          path: {
            constant: 3.796,
            orLevels: 2.735,
          },
        },
        'brom:5': {
          area: {
            addressBits: 27.46,
            patternLines: 2.916,
            orInputs: 3.921,
          },
          path: {
            constant: 2.295,
            orLevels: 8.801,
          },
        },
        'brom:6': {
          area: {
            addressBits: 30.01,
            decoderLines: 3.219,
            patternLines: 2.407,
            orInputs: 4.085,
          },
          path: {
            addressBits: 2.339,
            orLevels: 3.505,
          },
        },
        'brom:7': {
          area: {
            addressBits: 28.19,
            decoderLines: 22.03,
            patternLines: 0.5469,
            orInputs: 5.162,
            patterns: 0.853,
          },
          path: {
            constant: 5.081,
            orLevels: 9.441,
          },
        },
        'brom:8': {
          area: {
            addressBits: 15.68,
            decoderLines: 17.69,
            patternLines: 1.508,
            orInputs: 4.549,
            patterns: 1.179,
          },
          path: {
            constant: 3.711,
            addressBits: 0.7967,
            orLevels: 1.354,
          },
        },
        'symbols:4': {
          area: {
            addressBits: 8.352,
            wordLines: 7.599,
            joins: 2.499,
            joinInputs: 2.675,
            orInputs: 2.512,
            columnInputs: 0.5636,
          },
          path: {
            constant: 4.923,
            addressBits: 0.6207,
            orLevels: 1.57,
          },
        },
        'symbols:6': {
          area: {
            addressBits: 17.13,
            wordLines: 5.61,
            joins: 1.899,
            joinInputs: 2.774,
            orInputs: 3.357,
          },
          path: {
            constant: 3.049,
            addressBits: 1.994,
          },
        },
        'symbols:8': {
          area: {
            constant: 50.94,
            wordLines: 6.711,
            joinInputs: 3.101,
            orInputs: 3.592,
            columnInputs: 0.7803,
          },
          path: {
            constant: 4.135,
            addressBits: 1.712,
            orLevels: 0.4958,
          },
        },
        'symbols:10': {
          area: {
            wordLines: 7.226,
            joinInputs: 1.676,
            orInputs: 4.053,
            columnInputs: 0.8153,
          },
          path: {
            constant: 5.338,
            addressBits: 1.043,
            orLevels: 1.089,
          },
        },
        'sum-of-ones': {
          area: {
            wordLines: 11.25,
            ones: 1.966,
          },
          path: {
            constant: 7.084,
            addressBits: 1.584,
          },
        },
      },
    },
    {
      name: 'asap7',
      liberty: 'd45739308226665c9cacdb3309f3dc3279432c4d9feb5780a88897791967ac75',
      policies: {
        table: {
          area: {
            lowNodes: 0.0562,
            highNodes: 0.06946,
          },
          path: {
            addressBits: 36.17,
            widestLevel: 1.23,
          },
        },
        'brom:1': {
          area: {
            decoderLines: 0.1258,
            orInputs: 0.02079,
          },
          path: {
            addressBits: 76.72,
            blocksOfPattern: 1.78,
          },
        },
        'brom:2': {
          area: {
            patternLines: 0.0708,
            orInputs: 0.02852,
          },
          path: {
            constant: 201.7,
            linesOfBlock: 30.35,
            blocksOfPattern: 9.633,
          },
        },
        'brom:3': {
          area: {
            patternLines: 0.05384,
            orInputs: 0.03279,
            patterns: 0.1083,
          },
          path: {
            constant: 79.89,
            linesOfBlock: 37.19,
            blocksOfPattern: 53.87,
          },
        },
        'brom:4': {
          area: {
            patternLines: 0.03641,
            orInputs: 0.03618,
            patterns: 0.025,
          },
          path: {
            linesOfBlock: 13.41,
            blocksOfPattern: 33.58,
          },
        },
        'brom:5': {
          area: {
            addressBits: 0.4028,
            decoderLines: 0.1691,
            patternLines: 0.01636,
            orInputs: 0.04192,
          },
          path: {
            orLevels: 139.5,
            linesOfBlock: 10.13,
            blocksOfPattern: 50.77,
          },
        },
        'brom:6': {
          area: {
            addressBits: 0.028,
            decoderLines: 0.2419,
            patternLines: 0.004353,
            orInputs: 0.05116,
            patterns: 0.02977,
          },
          path: {
            orLevels: 148.1,
            linesOfBlock: 4.786,
            blocksOfPattern: 38.82,
          },
        },
        'brom:7': {
          area: {
            addressBits: 0.2645,
            decoderLines: 0.3152,
            orInputs: 0.05638,
            patterns: 0.01969,
          },
          path: {
            orLevels: 228.7,
            linesOfBlock: 4.519,
            blocksOfPattern: 38.69,
          },
        },
        'brom:8': {
          area: {
            addressBits: 0.1659,
            decoderLines: 0.227,
            patternLines: 0.0113,
            orInputs: 0.05138,
            patterns: 0.01711,
          },
          path: {
            orLevels: 74.54,
            linesOfBlock: 4.467,
            blocksOfPattern: 27.7,
          },
        },
        'symbols:4': {
          area: {
            constant: 0.9176,
            addressBits: 0.0975,
            wordLines: 0.06559,
            joinInputs: 0.02211,
            orInputs: 0.03027,
          },
          path: {
            orLevels: 64.36,
            groups: 3.043,
          },
        },
        'symbols:6': {
          area: {
            addressBits: 0.2652,
            wordLines: 0.05895,
            joins: 0.05819,
            joinInputs: 0.007385,
            orInputs: 0.03332,
          },
          path: {
            addressBits: 1.76,
            orLevels: 55.95,
            groups: 6.056,
          },
        },
        'symbols:8': {
          area: {
            constant: 0.5033,
            addressBits: 0.1148,
            wordLines: 0.07089,
            joins: 0.08127,
            orInputs: 0.02862,
            columnInputs: 0.0143,
          },
          path: {
            addressBits: 16.8,
            orLevels: 51.81,
            groups: 6.826,
          },
        },
        'symbols:10': {
          area: {
            constant: 0.9725,
            wordLines: 0.06897,
            joinInputs: 0.01757,
            orInputs: 0.03591,
            columnInputs: 0.01044,
          },
          path: {
            addressBits: 21.95,
            orLevels: 35.34,
            groups: 3.604,
          },
        },
        'sum-of-ones': {
          area: {
            wordLines: 0.1258,
            ones: 0.02079,
          },
          path: {
            addressBits: 118.4,
            onesOfWord: 4.838,
          },
        },
      },
    },
    {
      name: 'ihp-sg13g2',
      liberty: '707643b5e98292d66d1fddd7c78c9af36db91f3fe5d61c90332af1a05bc9040f',
      policies: {
        table: {
          area: {
            constant: 42.78,
            lowNodes: 6.845,
            highNodes: 10.22,
          },
          path: {
            constant: 224.3,
            addressBits: 76.78,
            widestLevel: 3.481,
          },
        },
        'brom:1': {
          area: {
            decoderLines: 16.41,
            orInputs: 2.68,
            patterns: 7.432,
          },
          path: {
            constant: 149,
            addressBits: 25.21,
            orLevels: 154.3,
            linesOfBlock: 29.33,
            blocksOfPattern: 2.345,
          },
        },
        'brom:2': {
          area: {
            patternLines: 9.734,
            orInputs: 3.732,
          },
          path: {
            orLevels: 213.4,
            blocksOfPattern: 14.98,
          },
        },
        'brom:3': {
          area: {
            patternLines: 7.624,
            orInputs: 4.287,
            patterns: 13.43,
          },
          path: {
            constant: 537.7,
            addressBits: 19.6,
            linesOfBlock: 97.3,
            blocksOfPattern: 130.6,
          },
        },
        'brom:4': {
          area: {
            decoderLines: 2.516,
            patternLines: 4.878,
            orInputs: 4.707,
            patterns: 4.191,
          },
          path: {
            linesOfBlock: 47.26,
            blocksOfPattern: 91.61,
          },
        },
        'brom:5': {
          area: {
            addressBits: 56.66,
            decoderLines: 21.29,
            patternLines: 2.866,
            orInputs: 5.377,
          },
          path: {
            orLevels: 472.2,
            linesOfBlock: 36.51,
            blocksOfPattern: 130.1,
          },
        },
        'brom:6': {
          area: {
            addressBits: 30.34,
            decoderLines: 21.76,
            patternLines: 2.226,
            orInputs: 6.106,
            patterns: 2.976,
          },
          path: {
            orLevels: 522.5,
            linesOfBlock: 16.49,
            blocksOfPattern: 106.7,
          },
        },
        'brom:7': {
          area: {
            addressBits: 39.02,
            decoderLines: 24.51,
            patternLines: 3.731,
            orInputs: 5.159,
            patterns: 3.885,
          },
          path: {
            orLevels: 730.8,
            linesOfBlock: 19.59,
            blocksOfPattern: 83.46,
          },
        },
        'brom:8': {
          area: {
            addressBits: 32.08,
            decoderLines: 12.09,
            patternLines: 5.041,
            orInputs: 4.185,
            patterns: 3.946,
          },
          path: {
            orLevels: 246.1,
            linesOfBlock: 10.29,
            blocksOfPattern: 50.05,
          },
        },
        'symbols:4': {
          area: {
            addressBits: 21.66,
            wordLines: 9.266,
            joins: 3.797,
            joinInputs: 2.477,
            orInputs: 4.168,
          },
          path: {
            orLevels: 258.5,
            groups: 0.5977,
          },
        },
        'symbols:6': {
          area: {
            addressBits: 24.34,
            wordLines: 8.394,
            joins: 11.03,
            joinInputs: 0.4886,
            orInputs: 4.634,
          },
          path: {
            addressBits: 74.78,
            orLevels: 135.7,
            groups: 11.82,
          },
        },
        'symbols:8': {
          area: {
            constant: 68.64,
            wordLines: 9.933,
            joins: 6.686,
            joinInputs: 1.339,
            orInputs: 4.581,
            columnInputs: 1.597,
          },
          path: {
            addressBits: 6.663,
            orLevels: 340,
            groups: 16.6,
          },
        },
        'symbols:10': {
          area: {
            addressBits: 13,
            wordLines: 9.314,
            joinInputs: 2.617,
            orInputs: 5.181,
            columnInputs: 1.528,
          },
          path: {
            addressBits: 131.3,
            orLevels: 95.89,
          },
        },
        'sum-of-ones': {
          area: {
            constant: 7.432,
            wordLines: 16.41,
            ones: 2.68,
          },
          path: {
            addressBits: 51.4,
            orLevels: 235.8,
            onesOfWord: 4.678,
          },
        },
      },
    },
    {
      name: 'sky130hd',
      liberty: 'ed8400e80e2a919df1e831cee19d6a201d8267722bd207b48665eb50b1c51352',
      policies: {
        table: {
          area: {
            constant: 20.09,
            lowNodes: 3.61,
            highNodes: 5.616,
          },
          path: {
            constant: 37.04,
            addressBits: 154,
            widestLevel: 2.997,
          },
        },
        'brom:1': {
          area: {
            decoderLines: 8.611,
            orInputs: 1.496,
            patterns: 6.951,
          },
          path: {
            addressBits: 303.5,
            blocksOfPattern: 5.726,
          },
        },
        'brom:2': {
          area: {
            patternLines: 5.44,
            orInputs: 2.057,
          },
          path: {
            orLevels: 343.2,
            blocksOfPattern: 14.34,
          },
        },
        'brom:3': {
          area: {
            patternLines: 4.303,
            orInputs: 2.372,
            patterns: 7.905,
          },
          path: {
            constant: 900.7,
            linesOfBlock: 134.6,
            blocksOfPattern: 156.3,
          },
        },
        'brom:4': {
          area: {
            patternLines: 2.644,
            orInputs: 2.722,
            patterns: 1.727,
          },
          path: {
            linesOfBlock: 64.68,
            blocksOfPattern: 93.68,
          },
        },
        'brom:5': {
          area: {
            addressBits: 37.35,
            decoderLines: 6.955,
            patternLines: 1.641,
            orInputs: 2.988,
          },
          path: {
            orLevels: 770.6,
            linesOfBlock: 31.08,
            blocksOfPattern: 176,
          },
        },
        'brom:6': {
          area: {
            addressBits: 29.02,
            decoderLines: 14.19,
            patternLines: 0.4654,
            orInputs: 3.711,
            patterns: 0.2594,
          },
          path: {
            orLevels: 683.7,
            linesOfBlock: 18.38,
            blocksOfPattern: 118.3,
          },
        },
        'brom:7': {
          area: {
            addressBits: 21.55,
            decoderLines: 22.75,
            orInputs: 4.087,
            patterns: 1.855,
          },
          path: {
            orLevels: 1119,
            linesOfBlock: 14.31,
            blocksOfPattern: 107.7,
          },
        },
        'brom:8': {
          area: {
            addressBits: 14.6,
            decoderLines: 15.48,
            patternLines: 0.7966,
            orInputs: 3.741,
            patterns: 1.888,
          },
          path: {
            orLevels: 344.7,
            linesOfBlock: 11.93,
            blocksOfPattern: 47.25,
          },
        },
        'symbols:4': {
          area: {
            addressBits: 14.39,
            wordLines: 4.53,
            joins: 5.086,
            joinInputs: 0.4449,
            orInputs: 2.119,
          },
          path: {
            orLevels: 513.4,
            groups: 0.06373,
          },
        },
        'symbols:6': {
          area: {
            addressBits: 22.26,
            wordLines: 3.548,
            joins: 3.676,
            joinInputs: 0.874,
            orInputs: 2.49,
          },
          path: {
            orLevels: 385.4,
            groups: 63.68,
          },
        },
        'symbols:8': {
          area: {
            addressBits: 20.41,
            wordLines: 3.988,
            joinInputs: 1.72,
            orInputs: 2.632,
            columnInputs: 0.6464,
          },
          path: {
            addressBits: 49.82,
            orLevels: 608.4,
            groups: 41.72,
          },
        },
        'symbols:10': {
          area: {
            addressBits: 11.52,
            wordLines: 4.799,
            joinInputs: 0.9178,
            orInputs: 2.761,
            columnInputs: 0.7784,
          },
          path: {
            addressBits: 0.8702,
            orLevels: 505,
            groups: 2.776,
          },
        },
        'sum-of-ones': {
          area: {
            constant: 6.951,
            wordLines: 8.611,
            ones: 1.496,
          },
          path: {
            addressBits: 312.8,
            orLevels: 174.9,
            onesOfWord: 2.712,
          },
        },
      },
    },
  ],
}
